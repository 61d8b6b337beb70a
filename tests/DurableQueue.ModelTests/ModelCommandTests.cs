using Xunit;

namespace DurableQueue.ModelTests;

public sealed class ModelCommandTests
{
    [Theory]
    [InlineData("--programs needs a number", "--programs", "many")]
    [InlineData("--programs needs a number", "--programs", "0")]
    [InlineData("--programs needs a number", "--programs")]
    [InlineData("--seed needs a number", "--seed", "-1")]
    [InlineData("'--kills' is not known here", "--kills", "3")]
    public async Task Run_WrongArguments_SaysWhichAndFails(string message, params string[] args)
    {
        using var output = new StringWriter();

        Assert.Equal(2, await ModelCommand.RunAsync(args, output));
        Assert.StartsWith(message, output.ToString(), StringComparison.Ordinal);
        Assert.Contains(ModelCommand.Usage, output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AFewPrograms_EndsWithTheLineOfNoHarm()
    {
        using var output = new StringWriter();

        Assert.Equal(0, await ModelCommand.RunAsync(["--programs", "2", "--seed", "7"], output));
        Assert.EndsWith("lost 0, duplicated 0, violated 0\n", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("2 + 1 programs from seed 7", output.ToString(), StringComparison.Ordinal);
    }
}
