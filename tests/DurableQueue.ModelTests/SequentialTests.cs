using Xunit;

namespace DurableQueue.ModelTests;

/// <summary>2,000 programs of 200 operations, in parts so that a part that hangs is noticed early.</summary>
public sealed class SequentialTests
{
    private const int ProgramsInPart = 400;

    [Fact]
    public async Task AnyProgram_CheckoutsAreNotSynced_DoesWhatTheModelDoes()
    {
        var failures = await Campaign.RunAsync(SequentialRun.RunUnsyncedAsync, ModelCommand.FreshSeed(), ProgramsInPart / 4);

        Assert.True(failures.Count == 0, string.Join("\n\n", failures.Select(failure => failure.Report)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task AnyProgram_OneCallAfterTheOther_DoesWhatTheModelDoes(int part)
    {
        // Every run tries new programs; the report of a failure has the seed that brings it back.
        var failures = await Campaign.RunAsync(SequentialRun.RunAsync, ModelCommand.FreshSeed(), ProgramsInPart);

        Assert.True(failures.Count == 0, $"Part {part}: {string.Join("\n\n", failures.Select(failure => failure.Report))}");
    }
}
