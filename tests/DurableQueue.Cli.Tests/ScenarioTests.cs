using System.Globalization;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>The capabilities of docs/from-pueue.md that no other test shows with real commands.</summary>
public sealed class ScenarioTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private Sandbox Box => fixture.Box;

    [Fact]
    public async Task Add_Immediate_RunsPastLimitAndPause()
    {
        await Box.DoAsync("group", "add", "closed", "--limit", "1");
        await Box.DoAsync("group", "pause", "closed");

        var id = await Box.AddAsync("-g", "closed", "-i", "true");

        Assert.Equal(0, (await Box.RunAsync("wait", $"{id}")).ExitCode);
    }

    [Fact]
    public async Task Add_Stashed_RunsAfterEnqueue()
    {
        var id = await Box.AddAsync("--stashed", "echo hi");
        Assert.Equal(6, (await Box.RunAsync("wait", $"{id}", "--timeout", "100ms")).ExitCode);

        await Box.DoAsync("enqueue", $"{id}");

        Assert.Equal(0, (await Box.RunAsync("wait", $"{id}")).ExitCode);
    }

    [Fact]
    public async Task Add_Delayed_RunsNotBefore()
    {
        var id = await Box.AddAsync("--delay", "0.2s", "true");

        Assert.Equal(0, (await Box.RunAsync("wait", $"{id}")).ExitCode);
        var task = await Box.TaskAsync(id);
        Assert.True(task.GetProperty("started_at").GetDateTimeOffset() - task.GetProperty("enqueued_at").GetDateTimeOffset() >= TimeSpan.FromMilliseconds(199));
    }

    [Fact]
    public async Task Add_After_RunsInOrderAndByCondition()
    {
        var order = Path.Combine(Box.Folder, "order");
        var first = await Box.AddAsync($"sleep 0.2; echo first >> {order}; exit 1");
        var onFailure = await Box.AddAsync("-a", $"{first}:failed", $"echo on failure >> {order}");
        var anyway = await Box.AddAsync("-a", $"{first}:finished", $"{onFailure}", $"echo anyway >> {order}");
        var never = await Box.AddAsync("-a", $"{first}", $"echo never >> {order}");

        Assert.Equal(5, (await Box.RunAsync("wait", $"{anyway}", $"{never}")).ExitCode);

        Assert.Equal("first\non failure\nanyway\n", await File.ReadAllTextAsync(order));
        Assert.Equal("DependencyFailed", (await Box.TaskAsync(never)).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Add_Priority_RunsHigherFirst()
    {
        var order = Path.Combine(Box.Folder, "priorities");
        await Box.DoAsync("group", "add", "one", "--limit", "1");
        await Box.DoAsync("group", "pause", "one");
        foreach (var priority in new[] { 1, 3, 2 })
        {
            await Box.AddAsync("-g", "one", "-p", priority.ToString(CultureInfo.InvariantCulture), $"echo {priority} >> {order}");
        }

        await Box.DoAsync("start", "-g", "one");
        Assert.Equal(0, (await Box.RunAsync("wait", "-g", "one")).ExitCode);

        Assert.Equal("3\n2\n1\n", await File.ReadAllTextAsync(order));
    }

    [Fact]
    public async Task Retry_Immediate_RunsPastThePause()
    {
        await Box.DoAsync("group", "add", "resting");
        var id = await Box.AddAsync("-g", "resting", "true");
        await Box.RunAsync("wait", $"{id}");
        await Box.DoAsync("group", "pause", "resting");

        await Box.DoAsync("restart", "--immediate", $"{id}");

        Assert.Equal(0, (await Box.RunAsync("wait", $"{id}")).ExitCode);
    }

    [Fact]
    public async Task Retry_Edited_RunsTheNewLine()
    {
        var id = await Box.AddAsync("exit 1");
        await Box.RunAsync("wait", $"{id}");

        await Box.DoAsync("retry", "--stash", $"{id}");
        await Box.DoAsync("edit", $"{id}", "--command", "echo better");
        await Box.DoAsync("enqueue", $"{id}");

        Assert.Equal(0, (await Box.RunAsync("wait", $"{id}")).ExitCode);
        Assert.Equal("better\n", (await Box.DoAsync("log", $"{id}")).Out);
    }

    [Fact]
    public async Task Log_OfAGroup_ByAQuery()
    {
        var ids = new[] { await Box.AddAsync("-g", "logs", "echo a"), await Box.AddAsync("-g", "logs", "echo b") };
        await Box.RunAsync("wait", $"{ids[0]}", $"{ids[1]}");

        var result = await Box.ShellAsync("dq log $(dq status --json group=logs | grep -o '\"id\":[0-9]*,\"type\"' | grep -o '[0-9]*')");

        Assert.Equal("a\nb\n", result.Out);
    }

    [Fact]
    public async Task Reset_Running_StopsAndRemovesTheGroup()
    {
        var kept = await Box.AddAsync("true");
        var id = await Box.AddAsync("-g", "doomed", "echo up; sleep 60");
        await Sandbox.UntilAsync(() => File.Exists(Box.Files.Log(new TaskId(id), 1)), "it runs");

        var report = JsonSchemas.Check("reset", await Box.RunAsync("reset", "--force", "--json", "-g", "doomed"));

        Assert.Equal(1, report.GetProperty("tasks").GetInt32());
        Assert.Equal(2, (await Box.RunAsync("log", $"{id}")).ExitCode);
        await Box.TaskAsync(kept);
    }

    [Fact]
    public async Task PauseOnFailure_Failure_PausesTheGroup()
    {
        await Box.DoAsync("group", "add", "fragile");
        await Box.DoAsync("group", "pause-on-failure", "fragile", "on");

        var id = await Box.AddAsync("-g", "fragile", "exit 1");
        await Box.RunAsync("wait", $"{id}");

        var group = (await Box.DoAsync("group", "list", "--json")).Json.GetProperty("groups").EnumerateArray().Single(each => each.GetProperty("name").GetString() == "fragile");
        Assert.True(group.GetProperty("paused").GetBoolean());
    }

    [Fact]
    public async Task Environment_OfACommand_TellsWhatItIs()
    {
        var id = await Box.AddAsync("-g", "gpus", "echo $DURABLEQUEUE_TASK_ID $DURABLEQUEUE_ATTEMPT $DURABLEQUEUE_GROUP $DURABLEQUEUE_SLOT $DURABLEQUEUE_QUEUE");
        await Box.RunAsync("wait", $"{id}");

        Assert.Equal($"{id} 1 gpus 0 {Box.QueuePath}\n", (await Box.DoAsync("log", $"{id}")).Out);
    }
}
