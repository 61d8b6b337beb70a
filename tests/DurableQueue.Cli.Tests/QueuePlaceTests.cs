using System.Globalization;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>The line with which <c>dq run</c> begins: where the task stands, and why it does not run.</summary>
public sealed class QueuePlaceTests : DqTest
{
    public override async Task InitializeAsync()
    {
        await Box.DoAsync("group", "add", "ml", "--limit", "1");
        await Box.StartWorkerAsync();
    }

    [Fact]
    public async Task Run_BehindOthers_CountsWhatRunsFirst()
    {
        var end = Path.Combine(Box.Folder, "end");
        var first = await RunningAsync($"while ! test -e {end}; do sleep 0.05; done");
        await Box.AddAsync("-g", "ml", "true");
        await Box.AddAsync("-g", "ml", "-p", "5", "true");
        await Box.AddAsync("-g", "ml", "-p", "-5", "true");
        await Box.AddAsync("-g", "ml", "-s", "true");
        await Box.AddAsync("-g", "ml", "-a", $"{first}", "true");
        await Box.AddAsync("-g", "other", "true");

        var said = new List<string>();
        foreach (var options in new[] { "", "-p 9", "-p -9" })
        {
            using var run = Box.StartDq(["run", "-g", "ml", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), "true"]);
            said.Add((await run.StandardError.ReadLineAsync())!);
            run.Kill();
            await run.WaitForExitAsync();
        }

        Assert.All(said.Zip(["queued behind 2", "next in its group: group-full", "queued behind 5"]), each => Assert.EndsWith($" (group ml): {each.Second}", each.First, StringComparison.Ordinal));
        await File.WriteAllTextAsync(end, "");
    }

    [Fact]
    public async Task Run_PausedOrHeld_SaysWhyInTheWordsOfTheQueryLanguage()
    {
        var end = Path.Combine(Box.Folder, "end");
        var first = await RunningAsync($"while ! test -e {end}; do sleep 0.05; done");
        using var waiting = Box.StartDq("run", "-g", "free", "-a", $"{first}", "true");
        await SkipNoteAsync(waiting);
        Assert.EndsWith($" (group free): queued: dependencies {first}", await waiting.StandardError.ReadLineAsync(), StringComparison.Ordinal);

        await Box.DoAsync("group", "pause", "free");
        using var paused = Box.StartDq("run", "-g", "free", "exit 3");
        Assert.EndsWith(" (group free): next in its group: group-paused", await paused.StandardError.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Contains("'dq group resume free' resumes its group", await paused.StandardError.ReadLineAsync(), StringComparison.Ordinal);

        await Box.DoAsync("group", "resume", "free");
        await File.WriteAllTextAsync(end, "");
        await paused.WaitForExitAsync();
        Assert.Equal(3, paused.ExitCode);
        await waiting.WaitForExitAsync();
    }

    [Fact]
    public async Task Run_PrintId_IsTheFirstLineBeforeTheOutput()
    {
        var result = await Box.DoAsync("run", "--print-id", "echo out");

        var lines = result.Out.Split('\n');
        Assert.Equal(("out", ""), (lines[1], lines[2]));
        Assert.Equal("echo out", (await Box.TaskAsync(long.Parse(lines[0], CultureInfo.InvariantCulture))).GetProperty("command").GetString());
        Assert.Matches($@"^task {lines[0]} \(group default\): (started|next in its group)\n\z", result.Err);
    }

    /// <summary>The note that the group is new.</summary>
    private static async Task SkipNoteAsync(System.Diagnostics.Process run) => Assert.Contains("is new", await run.StandardError.ReadLineAsync(), StringComparison.Ordinal);

    private async Task<long> RunningAsync(string line)
    {
        var id = await Box.AddAsync("-g", "ml", line);
        await Sandbox.UntilAsync(async () => (await Box.TaskAsync(id)).GetProperty("state").GetString() == "CheckedOut", $"task {id} runs");
        return id;
    }
}
