using System.Globalization;
using System.Text.Json;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>dq that waits inside a task: the slots of that task are free meanwhile, and taken again however the wait ends.</summary>
public sealed class WaitInsideTests : DqTest
{
    /// <summary>In the group one, whose limit is 1.</summary>
    private const string Inner = "dq add --print-id -g one";

    public override async Task InitializeAsync()
    {
        Box.Variables["DQ_START_WORKER"] = "0";
        await Box.DoAsync("group", "add", "one", "--limit", "1");
    }

    [Theory]
    [InlineData("dq run -g one 'echo inner'")]
    [InlineData("dq add -g one --follow 'echo inner'")]
    [InlineData($"dq follow $({Inner} 'echo inner')")]
    [InlineData($"id=$({Inner} 'echo inner'); dq wait $id && dq log $id")]
    [InlineData("dq add -g one -l inner 'echo inner' && dq wait -l inner && dq log 2")]
    [InlineData("dq add -g one 'echo inner'; dq wait -g one && dq log 2")]
    [InlineData("dq run -g one \"dq run -g one 'echo inner'\"")]
    public async Task LimitOfOne_OfGroupAndWorker_DoesNotLockTheTaskOut(string line)
    {
        await Box.StartWorkerAsync("-c", "1");

        var result = await Box.DoAsync("run", "-g", "one", line);

        Assert.EndsWith("inner\n", result.Out, StringComparison.Ordinal);
        var group = await GroupAsync();
        Assert.Equal((0, 0), (group.Running, group.Waiting));
    }

    [Fact]
    public async Task SeveralWaitsAtOnce_TheLastOneTakesTheSlotAgain()
    {
        await Box.StartWorkerAsync();
        var (first, second) = (await AddWaiterForFileAsync("a"), await AddWaiterForFileAsync("b"));
        var outer = await Box.AddAsync("-g", "one", $"dq wait {first} & dq wait {second} & wait; while [ ! -e end ]; do sleep 0.02; done");
        await UntilWaitingAsync(outer, true);

        await Box.WriteAsync("a", "");
        await Box.DoAsync("wait", $"{first}");
        await Box.DoAsync("run", "-g", "one", "echo in between");
        Assert.True((await Box.TaskAsync(outer)).GetProperty("waiting").GetBoolean());
        await Box.WriteAsync("b", "");

        await UntilWaitingAsync(outer, false);
        Assert.Equal(1, (await GroupAsync()).Running);
        await Box.WriteAsync("end", "");
        await Box.DoAsync("wait", $"{outer}");
    }

    [Fact]
    public async Task WaitIsKilled_TheSlotIsTakenAgain()
    {
        await Box.StartWorkerAsync();
        var awaited = await AddWaiterForFileAsync("never");
        var outer = await Box.AddAsync("-g", "one", $"dq wait {awaited} & echo $! >waiter; wait; while [ ! -e end ]; do sleep 0.02; done");
        await UntilWaitingAsync(outer, true);

        Assert.Equal(0, (await Box.ShellAsync("kill -9 $(cat waiter)")).ExitCode);

        await UntilWaitingAsync(outer, false);
        Assert.Equal(1, (await GroupAsync()).Running);
        await Box.WriteAsync("end", "");
        await Box.DoAsync("wait", $"{outer}");
    }

    [Fact]
    public async Task WorkerIsKilled_TheNextOneGivesTheSlotBackAgain()
    {
        var worker = await Box.StartWorkerAsync("-c", "2");
        var awaited = await AddWaiterForFileAsync("a");
        var outer = await Box.AddAsync("-g", "one", $"dq wait {awaited} && echo done waiting");
        await UntilWaitingAsync(outer, true);
        worker.Kill();
        await worker.WaitForExitAsync();

        await Box.StartWorkerAsync("-c", "2");

        await Sandbox.UntilAsync(
            async () => (await Box.TaskAsync(outer)).GetProperty("worker").GetString()!.Split(':')[1] != worker.Id.ToString(CultureInfo.InvariantCulture), "it is taken over");
        await UntilWaitingAsync(outer, true);
        Assert.Equal("in between\n", (await Box.DoAsync("run", "-g", "one", "echo in between")).Out);
        await Box.WriteAsync("a", "");
        await Box.DoAsync("wait", $"{outer}");
        Assert.EndsWith("done waiting\n", (await Box.DoAsync("log", $"{outer}")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TaskIsCancelledWhileItWaits_EndsAsKilledAndHasNoSlot()
    {
        await Box.StartWorkerAsync();
        var awaited = await AddWaiterForFileAsync("never");
        var outer = await Box.AddAsync("-g", "one", $"dq wait {awaited}");
        await UntilWaitingAsync(outer, true);

        await Box.DoAsync("kill", "--wait", $"{outer}");

        Assert.Equal("Killed", (await Box.TaskAsync(outer)).GetProperty("outcome").GetString());
        var group = await GroupAsync();
        Assert.Equal((0, 0), (group.Running, group.Waiting));
    }

    [Fact]
    public async Task WaitForATaskOfAnotherQueue_GivesTheSlotBackToo()
    {
        await Box.StartWorkerAsync();
        var other = Path.Combine(Box.Folder, "other.db");
        await Box.DoAsync("--queue", other, "add", "true");
        using var worker = Box.StartDq("--queue", other, "worker", "-g", "unused");
        await Box.DoAsync("--queue", other, "group", "pause", "default");

        var outer = await Box.AddAsync("-g", "one", $"dq --queue {other} wait --timeout 1h 1");

        try
        {
            await UntilWaitingAsync(outer, true);
        }
        finally
        {
            worker.Kill();
            await worker.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task NotifyFollow_GivesTheSlotBack()
    {
        await Box.StartWorkerAsync("-c", "1");
        var outer = await Box.AddAsync("-g", "one", "dq notify follow --count 1");
        await UntilWaitingAsync(outer, true);

        await Box.DoAsync("run", "-g", "one", "--watch", "ready", "echo ready");

        await Box.DoAsync("wait", $"{outer}");
        Assert.Contains("ready", (await Box.DoAsync("log", $"{outer}")).Out, StringComparison.Ordinal);
        var group = await GroupAsync();
        Assert.Equal((0, 0), (group.Running, group.Waiting));
    }

    [Fact]
    public async Task WorkerWithoutDescriptors_HearsWaitsAgainOnceItHasSome()
    {
        var worker = await Box.StartWorkerAsync();
        var awaited = await AddWaiterForFileAsync("end");
        var outer = await Box.AddAsync("-g", "one", $"touch begun; while [ ! -e go ]; do sleep 0.02; done; dq wait {awaited}");
        await Box.UntilFileAsync("begun");
        var socket = Assert.Single(Directory.GetFiles(Box.Folder, "*.wait-*"));

        // No descriptor is free, so the next connection cannot be accepted.
        Assert.Equal(0, (await Box.RunProgramAsync("prlimit", ["--pid", $"{worker.Id}", "--nofile=3:"])).ExitCode);
        using (var caller = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified))
        {
            await caller.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(socket));
            await Sandbox.UntilAsync(() => !File.Exists(socket), "the worker to give its socket up");
        }

        Assert.Equal(0, (await Box.RunProgramAsync("prlimit", ["--pid", $"{worker.Id}", "--nofile=1024:"])).ExitCode);
        await Box.WriteAsync("go", "");

        await UntilWaitingAsync(outer, true);
        await Box.WriteAsync("end", "");
        await Box.DoAsync("wait", $"{outer}");
    }

    [Theory]
    [InlineData("wait")]
    [InlineData("follow")]
    public async Task WaitForItself_IsRefused(string command)
    {
        await Box.StartWorkerAsync();

        var result = await Box.RunAsync("run", $"dq {command} $DURABLEQUEUE_TASK_ID");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("This is task 1 itself", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitForAll_LeavesTheTaskItselfOut()
    {
        await Box.StartWorkerAsync();

        Assert.Equal(0, (await Box.RunAsync("run", "dq add true; dq wait --all")).ExitCode);
    }

    private Task<long> AddWaiterForFileAsync(string name) => Box.AddAsync($"while [ ! -e {name} ]; do sleep 0.02; done");

    private Task UntilWaitingAsync(long id, bool isWaiting) =>
        Sandbox.UntilAsync(async () => (await Box.TaskAsync(id)).GetProperty("waiting").GetBoolean() == isWaiting, $"task {id} {(isWaiting ? "waits" : "has its slot again")}");

    private async Task<GroupInfo> GroupAsync()
    {
        await using var queue = await Box.OpenAsync();
        return (await queue.Groups.GetAsync("one"))!;
    }
}
