using DurableQueue.Tests.Processes;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Samples;

/// <summary>The sample as a process of its own.</summary>
public sealed class NightShiftSampleTests(ITestOutputHelper output) : ProcessTest
{
    [Fact]
    public async Task NightShift_RunsAsItSays()
    {
        var sample = await RunAsync();

        Assert.True(sample.ExitCode == 0, sample.Said);
        var decisive = new[]
        {
            "schedule inbox: next runs ",
            "(agent.cleanup) wants Bash {\"command\":\"rm -rf build\"}",
            "may: ann said \"only the build directory\"",
            "budget of type agent.research: 1.20 of 1.00 usd, used up",
            ", retry at 2",
            "found out why they rose",
            "budget of type agent.research: 2.40 of 3.00 usd, has room",
            "was routed to agent.build. Rule: the description matches",
            "schedule inbox: paused, people are back",
            "on record: Bash {\"command\":\"rm -rf build\"} Approved by ann: only the build directory",
            "all tasks succeeded",
        };
        var position = 0;
        foreach (var line in decisive)
        {
            var found = sample.Said.IndexOf(line, position, StringComparison.Ordinal);
            Assert.True(found >= 0, $"It has not said, in this order: {line}");
            position = found + line.Length;
        }

        Assert.DoesNotContain("not all tasks", sample.Said, StringComparison.Ordinal);
        await using var queue = await OpenAsync();
        var runs = await queue.Schedules.GetRunsAsync("inbox");
        Assert.True(runs.Count(run => run.Outcome == TaskOutcome.Succeeded) >= 2);
    }

    [Fact]
    public async Task NightShift_OnAFileThatExists_Refuses()
    {
        await (await OpenAsync()).DisposeAsync();

        var sample = await RunAsync();

        Assert.Equal(1, sample.ExitCode);
        Assert.Contains("begins with an empty queue", sample.Said, StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string Said)> RunAsync()
    {
        await using var sample = ChildProcess.Start(RepositoryRoot.BuiltAssembly("samples", "NightShift"), "NightShift", [QueuePath]);
        var exitCode = await sample.ExitAsync(TimeSpan.FromMinutes(2));
        var said = string.Join('\n', sample.Lines) + sample.Errors;
        output.WriteLine(said);
        return (exitCode, said);
    }
}
