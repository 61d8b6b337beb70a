using DurableQueue.Processes;
using Microsoft.Data.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Cli.Tests;

/// <summary>A worker that starts by itself ends by itself, and never while there is something to do; one that needs too much memory ends without its commands.</summary>
public sealed class WorkerEndTests(ITestOutputHelper output) : DqTest
{
    [Fact]
    public async Task StartedWorker_NothingToDo_EndsAndTheNextAddStartsAnother()
    {
        using var file = new SettingsFile(Box, "worker_idle_end = \"300ms\"");
        Box.Variables["DQ_START_WORKER"] = "1";
        await Box.AddAsync("--stash", "true");

        var added = await Box.DoAsync("add", "true");

        Assert.Contains("ends after 300ms without work", added.Err, StringComparison.Ordinal);
        await Sandbox.UntilAsync(async () => (await Box.RunAsync("doctor")).ExitCode == 3, "the worker has ended");
        Assert.Contains("had nothing to do and ends", await File.ReadAllTextAsync($"{Box.QueuePath}.worker.log"), StringComparison.Ordinal);
        Assert.Equal(0, (await Box.RunAsync("run", "true")).ExitCode);
    }

    [Theory]
    [InlineData("add --delay 3s true")]
    [InlineData("add sleep{0}3")]
    [InlineData("add --retries 1 --backoff 3s [{0}$DURABLEQUEUE_ATTEMPT{0}={0}2{0}]")]
    [InlineData("schedule add often @every{0}3s true")]
    public async Task IdleWorker_SomethingWillHaveToBeDone_Stays(string arguments)
    {
        await StartDaemonAsync("--idle-end", "200ms", [.. arguments.Split(' ').Select(argument => argument.Replace("{0}", " ", StringComparison.Ordinal))]);
        var daemon = await DaemonAsync();

        await Sandbox.UntilAsync(async () => (await Box.DoAsync("status", "--json", "status=done")).Json.GetProperty("tasks").GetArrayLength() > 0, "it has run");
        Assert.Equal(daemon, await File.ReadAllTextAsync($"{Box.QueuePath}.worker.pid"));
        Assert.Single(await LogAsync(), line => line.Contains(" started: ", StringComparison.Ordinal));
    }

    /// <summary>
    /// The narrowest moment: the worker has decided to end, and the queue still knows it, so that whoever adds a task now starts none. The lock of the queue, held
    /// here, stops the worker at this point; the task is written past the lock, as an application's own transaction writes it.
    /// </summary>
    [Fact]
    public async Task IdleWorker_TaskIsAddedWhileItEnds_RunsIt()
    {
        await using var queue = await Box.OpenAsync();
        await StartDaemonAsync("--idle-end", "500ms", ["status"]);
        var daemon = await DaemonAsync();
        var (held, free) = (Path.Combine(Box.Folder, "held"), Path.Combine(Box.Folder, "free"));
        using var holder = Box.StartProgram("flock", $"{Box.QueuePath}-gate", "sh", "-c", $"touch {held}; while [ ! -e {free} ]; do sleep 0.02; done");
        await Sandbox.UntilAsync(() => File.Exists(held), "the lock is held");
        await Sandbox.UntilAsync(async () => (await LogAsync()).Any(line => line.EndsWith(" stopped", StringComparison.Ordinal)), "the worker has decided to end");
        Assert.Contains(await queue.Inspector.GetWorkersAsync(), worker => worker.Serves(CommandTask.TypeName, "default"));

        await using (var connection = new SqliteConnection($"Data Source={Box.QueuePath};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var transaction = connection.BeginTransaction();
            await queue.EnqueueAsync(new CommandTask { CommandLine = "true", WorkingDirectory = Box.Folder }.ToTask(), transaction);
            await transaction.CommitAsync();
        }

        await File.WriteAllTextAsync(free, "");
        await holder.WaitForExitAsync();
        Assert.Equal(0, (await Box.RunAsync("wait", "1")).ExitCode);
        Assert.Equal(2, (await LogAsync()).Count(line => line.Contains(" started: ", StringComparison.Ordinal)));
        Assert.Equal(daemon, await File.ReadAllTextAsync($"{Box.QueuePath}.worker.pid"));
    }

    [Fact]
    public async Task Adds_AboutWhenTheWorkerEnds_AreAllRun()
    {
        const int Adds = 12;
        using var file = new SettingsFile(Box, "worker_idle_end = \"250ms\"");
        Box.Variables["DQ_START_WORKER"] = "1";
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);

        for (var number = 1; number <= Adds; number++)
        {
            await Box.DoAsync("add", "true");
            Assert.True((await Box.RunAsync("wait", $"{number}")).ExitCode == 0, $"task {number}\n{string.Join('\n', await LogAsync())}");

            // Around the end, and now and then long after it.
            await Task.Delay(random.Next(0, 800));
        }

        output.WriteLine($"{(await LogAsync()).Count(line => line.Contains("ends.", StringComparison.Ordinal))} ends");
    }

    [Fact]
    public async Task Worker_NeedsTooMuchMemory_EndsAndItsCommandContinues()
    {
        const int Large = 12;
        var go = Path.Combine(Box.Folder, "go");
        await Box.DoAsync("group", "limit", "default", "0");
        using (new SettingsFile(Box, "worker_memory_max = \"64M\""))
        {
            await StartDaemonAsync("--on-restart", "adopt", ["add", $"echo up; while [ ! -e {go} ]; do sleep 0.05; done; echo down"]);
            await Sandbox.UntilAsync(() => File.Exists(Box.Files.Log(new TaskId(1), 1)) && new FileInfo(Box.Files.Log(new TaskId(1), 1)).Length > 0, "it runs");
            await using var queue = await Box.OpenAsync();
            var large = new CommandTask { CommandLine = $": {new string('x', 8 << 20)}", WorkingDirectory = Box.Folder }.ToTask(task => task with { MaxAttempts = 1 });
            await queue.EnqueueAsync(Enumerable.Repeat(large, Large).ToList());
            await Sandbox.UntilAsync(async () => (await LogAsync()).Any(line => line.Contains("has reached its memory limit", StringComparison.Ordinal)), "the worker has reached its limit");
        }

        await Sandbox.UntilAsync(async () => (await Box.RunAsync("worker", "--stop")).ExitCode == 2, "the worker is gone");
        Assert.DoesNotContain((await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").EnumerateArray(), task => task.GetProperty("state").GetString() == "Failed");
        await Box.StartWorkerAsync();
        await File.WriteAllTextAsync(go, "");
        Assert.Equal(0, (await Box.RunAsync("wait", "1")).ExitCode);
        Assert.Equal("up\ndown\n", (await Box.DoAsync("log", "1")).Out);
    }

    [Theory]
    [InlineData("worker_memory_max = \"1M\"", "at least 64M")]
    [InlineData("worker_idle_end = \"soon\"", "a time such as")]
    [InlineData("worker_idle_end = 5", "a time such as")]
    public async Task Setting_IsNotValid_IsRefused(string text, string message)
    {
        using var file = new SettingsFile(Box, text);

        var result = await Box.RunAsync("worker");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Err, StringComparison.Ordinal);
    }

    /// <summary>Starts a detached worker, and runs a command of dq before it can be idle.</summary>
    private async Task StartDaemonAsync(string option, string value, string[] before)
    {
        await Box.DoAsync(before);
        await Box.DoAsync("worker", "--daemon", option, value);
    }

    private Task<string> DaemonAsync() => File.ReadAllTextAsync($"{Box.QueuePath}.worker.pid");

    private Task<string[]> LogAsync() => File.ReadAllLinesAsync($"{Box.QueuePath}.worker.log");
}
