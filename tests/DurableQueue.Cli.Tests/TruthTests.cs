using System.Text.Json;
using DurableQueue.Processes;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>Answers that promise no more than is so: what start, kill, remove, log and notify say.</summary>
public sealed class TruthTests : DqTest
{
    [Fact]
    public async Task Start_TaskThatABudgetHolds_SaysWhatHoldsItAndUntilWhen()
    {
        await Box.StartWorkerAsync();
        await Box.DoAsync("budget", "set", "--group", "spent", "--rate", "1/1h");
        await Box.DoAsync("run", "-g", "spent", "true");
        var held = await Box.AddAsync("-g", "spent", "true");

        var started = await Box.DoAsync("start", $"{held}");

        Assert.Matches($"task {held}: first in line, but it cannot run yet: budget until [0-9]", started.Err);
        Assert.DoesNotContain("runs next", started.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_TaskWithoutAWorker_SaysSo()
    {
        var id = await Box.AddAsync("--delay", "1h", "true");

        Assert.Contains("cannot run yet: no-worker", (await Box.DoAsync("start", $"{id}")).Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_TaskThatWaitsForAnotherOrForApproval_IsRefusedWithTheReason()
    {
        var first = await Box.AddAsync("true");
        var (second, third) = (await Box.AddAsync("-a", $"{first}", "true"), await Box.AddAsync("--approval", "true"));

        var refused = await Box.RunAsync("start", $"{second}", $"{third}");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains($"Task {second} cannot be started: dependencies {first}", refused.Err, StringComparison.Ordinal);
        Assert.Contains($"Task {third} cannot be started: approval", refused.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KillWait_ThenRemove_Works()
    {
        await Box.StartWorkerAsync();
        var (slow, queued) = (await Box.AddAsync("trap 'sleep 0.5; exit 3' TERM; echo up; sleep 60 & wait"), await Box.AddAsync("--delay", "1h", "true"));
        await Sandbox.UntilAsync(async () => (await Box.RunAsync("log", $"{slow}")).Out == "up\n", "it runs");

        var result = await Box.ShellAsync($"dq kill {slow} {queued} --wait && dq remove {slow} {queued}");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"task {slow}: was killed", result.Err, StringComparison.Ordinal);
        Assert.Contains($"task {queued}: was cancelled", result.Err, StringComparison.Ordinal);
        Assert.Contains($"task {slow}: removed", result.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remove_TaskThatIsStopping_WaitsForItsEnd()
    {
        await Box.StartWorkerAsync();
        var id = await Box.AddAsync("trap 'sleep 0.5; exit 3' TERM; echo up; sleep 60 & wait");
        await Sandbox.UntilAsync(async () => (await Box.RunAsync("log", $"{id}")).Out == "up\n", "it runs");

        var result = await Box.ShellAsync($"dq kill {id} && dq remove {id}");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"task {id}: being stopped", result.Err, StringComparison.Ordinal);
        Assert.Contains($"task {id}: removed", result.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remove_TaskThatDoesNotStop_IsRefusedAfterAShortWait()
    {
        await Box.StartWorkerAsync();
        var id = await Box.AddAsync("--kill-grace", "1h", "trap '' TERM; echo up; while :; do sleep 0.1; done");
        await Sandbox.UntilAsync(async () => (await Box.RunAsync("log", $"{id}")).Out == "up\n", "it runs");
        var running = await Box.RunAsync("remove", $"{id}");
        await Box.DoAsync("kill", $"{id}");

        var stopping = await Box.RunAsync("remove", $"{id}");

        Assert.Equal((2, 2), (running.ExitCode, stopping.ExitCode));
        Assert.Contains($"Task {id} is running; 'dq kill --wait {id}' stops it.", running.Err, StringComparison.Ordinal);
        Assert.Contains($"Task {id} is still being stopped", stopping.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KillWait_NoWorkerIsLeftToEndIt_EndsWith3()
    {
        await using (var queue = await Box.OpenAsync())
        {
            await queue.EnqueueAsync(new NewTask("mail.send"));
            _ = await queue.CheckoutAsync(new CheckoutRequest { Worker = "elsewhere" });
        }

        var result = await Box.RunAsync("kill", "1", "--wait");

        Assert.Equal(3, result.ExitCode);
    }

    [Fact]
    public async Task NotifyList_Limit_GivesTheNewestOldestFirst()
    {
        await using (var queue = await Box.OpenAsync())
        {
            for (var i = 1; i <= 5; i++)
            {
                await queue.Notifications.RaiseAsync(new NewNotification("test", $"text {i}"));
            }
        }

        Assert.Equal([3, 4, 5], Numbers(await JsonAsync("notifications", "notify", "list", "--json", "-n", "3")));
        Assert.Equal([1, 2, 3, 4, 5], Numbers(await JsonAsync("notifications", "notify", "list", "--json")));

        // A subscriber that acknowledges what it has read passes over nothing.
        Assert.Equal([1, 2, 3], Numbers(await JsonAsync("notifications", "notify", "list", "--json", "-n", "3", "--subscriber", "s")));
        Assert.Equal(1, (await Box.RunAsync("notify", "list", "-n", "0")).ExitCode);
    }

    [Fact]
    public async Task Log_TaskThatIsNoCommand_SaysSo()
    {
        await using (var queue = await Box.OpenAsync())
        {
            await queue.EnqueueAsync(new NewTask("mail.send"));
        }

        var result = await Box.RunAsync("log", "1");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Task 1 is not a command (its type is mail.send); it has no log.", result.Err, StringComparison.Ordinal);
        Assert.Contains("not a command", Missing(await Box.RunAsync("log", "--json", "1")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_NotStarted_SaysSoAndSucceeds()
    {
        var id = await Box.AddAsync("true");

        Assert.Contains($"Task {id} has not started yet.", (await Box.DoAsync("log", $"{id}")).Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_RemovedByClean_SaysWhereItWasAndWhy()
    {
        await Box.StartWorkerAsync();
        await Box.DoAsync("run", "echo gone");
        await Box.DoAsync("clean", "--logs-older-than", "0s");

        var result = await Box.RunAsync("log", "1");

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains($"is not in {Box.Files.LogDirectory}: it was removed, for example by 'dq clean --logs-older-than'", result.Err, StringComparison.Ordinal);
        Assert.Contains("removed", Missing(await Box.RunAsync("log", "--json", "1")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_RemovedWhileTheCommandRuns_SaysSo()
    {
        await Box.StartWorkerAsync();
        var id = await Box.AddAsync("echo up; sleep 60");
        await Sandbox.UntilAsync(async () => (await Box.RunAsync("log", $"{id}")).Out == "up\n", "it runs");
        File.Delete(Box.Files.Log(new TaskId(id), 1));

        Assert.Contains("it was removed while the command was running", (await Box.RunAsync("log", $"{id}")).Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_WorkerOfAnotherDirectory_SaysWhereItIs()
    {
        var elsewhere = Path.Combine(Box.Folder, "elsewhere");
        await using var worker = await LibraryWorker.StartAsync(Box.QueuePath, elsewhere);
        var id = await Box.AddAsync("echo up; while [ ! -e go ]; do sleep 0.02; done");
        var there = new CommandFiles(Box.QueuePath, elsewhere).Log(new TaskId(id), 1);
        await Sandbox.UntilAsync(() => File.Exists(there), "it runs");

        Assert.Contains($"its worker writes it to {there}.", (await Box.RunAsync("log", $"{id}")).Err, StringComparison.Ordinal);
        await Box.WriteAsync("go", "");
        await Box.DoAsync("wait", $"{id}");
        var ended = await Box.RunAsync("log", $"{id}");
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("or its worker (", ended.Err, StringComparison.Ordinal);
    }

    private static IEnumerable<long> Numbers(JsonElement json) => json.GetProperty("notifications").EnumerateArray().Select(each => each.GetProperty("number").GetInt64());

    private static string Missing(DqResult result) => JsonSchemas.Check("log", result).GetProperty("logs")[0].GetProperty("missing").GetString()!;
}
