using Xunit;

namespace DurableQueue.ModelTests;

public sealed class ConcurrentTests
{
    private const int ProgramsInRun = 200;

    [Fact]
    public async Task AnyProgram_SeveralCallsAtOnce_AnswersAsInSomeOrder()
    {
        var failures = await Campaign.RunAsync(ConcurrentRun.RunAsync, ModelCommand.FreshSeed(), ProgramsInRun);

        Assert.True(failures.Count == 0, string.Join("\n\n", failures.Select(failure => failure.Report)));
    }
}
