using System.Diagnostics;
using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Cli.Tests;

/// <summary><c>dq worker</c> and <c>dq doctor</c>: attached, detached, killed; without one.</summary>
public sealed class WorkerTests(ITestOutputHelper output) : DqTest
{
    [Fact]
    public async Task NoWorker_WhereOneIsNeeded_IsSaid()
    {
        var id = await Box.AddAsync("true");

        Assert.Equal(3, (await Box.RunAsync("doctor")).ExitCode);
        Assert.Equal(125, (await Box.RunAsync("run", "true")).ExitCode);
        Assert.Equal(6, (await Box.RunAsync("wait", $"{id}", "--timeout", "100ms")).ExitCode);
        var wait = await Box.RunAsync("wait", $"{id}");
        Assert.Equal(3, wait.ExitCode);
        Assert.Contains("dq worker", wait.Err, StringComparison.Ordinal);
        Assert.Equal(3, (await Box.RunAsync("follow", $"{id}")).ExitCode);
        Assert.Equal("Queued", (await Box.TaskAsync(id)).GetProperty("state").GetString());
        Assert.Single((await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").EnumerateArray());
    }

    [Fact]
    public async Task Run_WorkerHasJustBeenStarted_WaitsForIt()
    {
        using var worker = Box.StartDq("worker");
        try
        {
            Assert.Equal(7, (await Box.RunAsync("run", "exit 7")).ExitCode);
        }
        finally
        {
            worker.Kill();
            await worker.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task PipesInThePlaceOfSideFiles_AreNotWaitedFor()
    {
        var id = await Box.AddAsync("true");
        foreach (var name in new[] { "pid", "lock" })
        {
            Assert.Equal(0, (await Box.RunProgramAsync("mkfifo", [$"{Box.QueuePath}.worker.{name}"])).ExitCode);
        }

        Assert.Equal(3, (await Box.RunAsync("doctor")).ExitCode);
        Assert.Equal(2, (await Box.RunAsync("worker", "--stop")).ExitCode);

        await Box.StartWorkerAsync();
        await Box.DoAsync("wait", $"{id}");
        var log = Box.Files.Log(new TaskId(id), 1);
        File.Delete(log);
        Assert.Equal(0, (await Box.RunProgramAsync("mkfifo", [log])).ExitCode);
        var shown = await Box.RunAsync("log", $"{id}");
        Assert.Equal(4, shown.ExitCode);
        Assert.Contains("is not a regular file", shown.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_LogDirectoryThatNoCommandCanUse_IsAProblem()
    {
        await Box.StartWorkerAsync();
        await File.WriteAllTextAsync(Box.Files.LogDirectory, "");

        var doctor = await Box.RunAsync("doctor");

        Assert.Equal(4, doctor.ExitCode);
        Assert.Contains("is not a directory", JsonSchemas.Check("doctor", doctor).GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Daemon_StartsOnceIsSeenAndStops()
    {
        var clock = Stopwatch.StartNew();
        var started = await JsonAsync("worker", "worker", "--daemon", "--json");
        Assert.True(started.GetProperty("started").GetBoolean());
        var pid = started.GetProperty("pid").GetInt32();
        output.WriteLine($"started in {clock.ElapsedMilliseconds} ms");

        var again = await JsonAsync("worker", "worker", "--daemon", "--json");
        Assert.Equal((pid, false), (again.GetProperty("pid").GetInt32(), again.GetProperty("started").GetBoolean()));
        var doctor = await Box.RunAsync("doctor");
        Assert.Equal(0, doctor.ExitCode);
        var health = JsonSchemas.Check("doctor", doctor);
        Assert.Equal(("healthy", pid), (health.GetProperty("status").GetString(), health.GetProperty("daemon").GetProperty("pid").GetInt32()));
        Assert.Equal($"{pid}", (await File.ReadAllLinesAsync($"{Box.QueuePath}.worker.pid"))[0]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{Box.QueuePath}.worker.log"));

        // A session of its own: the end of the terminal is not its end.
        Assert.Equal($"{pid}", (await Box.RunProgramAsync("ps", ["-o", "sid=", "-p", $"{pid}"])).Out.Trim());
        Assert.Equal("hi\n", (await Box.DoAsync("run", "echo hi")).Out);

        JsonSchemas.Check("worker-stop", await Box.RunAsync("worker", "--stop", "--json"));
        await Sandbox.UntilAsync(() => !IsAlive(pid), "the process is gone");
        Assert.Equal(3, (await Box.RunAsync("doctor")).ExitCode);
        Assert.Equal(2, (await Box.RunAsync("worker", "--stop")).ExitCode);
    }

    [Fact]
    public async Task Doctor_Start_StartsOneAndANewerVersionIsAMismatch()
    {
        Assert.Equal(0, (await Box.RunAsync("doctor", "--start")).ExitCode);
        Assert.Equal(0, (await Box.RunAsync("doctor", "--start")).ExitCode);

        var pidFile = $"{Box.QueuePath}.worker.pid";
        var pid = (await File.ReadAllLinesAsync(pidFile))[0];

        // The worker holds its file, as a detached worker of another version would hold its own.
        Assert.Equal(0, (await Box.ShellAsync($"printf '%s\\n99.0.0\\n' {pid} > '{pidFile}'")).ExitCode);
        var doctor = await Box.RunAsync("doctor");

        Assert.Equal(4, doctor.ExitCode);
        Assert.Equal("version_mismatch", JsonSchemas.Check("doctor", doctor).GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("queue.db")]
    [InlineData("queue.db-gate")]
    public async Task Worker_FilesRemoved_EndsWithItsCodeAndDoctorSaysIt(string file)
    {
        var worker = await Box.StartWorkerAsync();
        File.Delete(Path.Combine(Box.Folder, file));

        var doctor = await Box.RunAsync("doctor");
        using var limit = new CancellationTokenSource(Sandbox.Limit);
        await worker.WaitForExitAsync(limit.Token);

        Assert.Equal(4, worker.ExitCode);
        Assert.NotEqual(0, doctor.ExitCode);
        Assert.NotEqual("healthy", JsonSchemas.Check("doctor", doctor).GetProperty("status").GetString());
        Assert.Equal(3, (await Box.RunAsync("doctor")).ExitCode);
    }

    [Fact]
    public async Task Worker_KilledWithTenRunning_LosesNothing()
    {
        var worker = await Box.StartWorkerAsync();
        await Box.DoAsync("group", "limit", "default", "10");
        var mark = Path.Combine(Box.Folder, "go");
        var ids = new List<long>();
        foreach (var number in Enumerable.Range(0, 10))
        {
            // Each says that it has begun, waits to be let go, writes a thousand lines, and ends with a code of its own.
            ids.Add(await Box.AddAsync($"echo begun >> begun-{number}; while [ ! -e {mark} ]; do sleep 0.05; done; seq 1 1000; exit {number}"));
        }

        await Sandbox.UntilAsync(() => Directory.GetFiles(Box.Folder, "begun-*").Length == 10, "all ten run");
        worker.Kill();
        await worker.WaitForExitAsync();

        // They end while nobody is there.
        await File.WriteAllTextAsync(mark, "");
        await Box.StartWorkerAsync();
        var wait = await Box.RunAsync(["wait", "--json", .. ids.Select(id => $"{id}")]);

        Assert.Equal(5, wait.ExitCode);
        var tasks = wait.Json.GetProperty("tasks").EnumerateArray().ToList();
        Assert.Equal(Enumerable.Range(0, 10), tasks.Select(task => task.GetProperty("exit_code").GetInt32()));
        Assert.All(tasks, task => Assert.Equal(1, task.GetProperty("attempt").GetInt32()));
        var whole = string.Concat(Enumerable.Range(1, 1000).Select(n => $"{n}\n"));
        foreach (var (id, number) in ids.Select((id, number) => (id, number)))
        {
            Assert.Equal(whole, await File.ReadAllTextAsync(Box.Files.Log(new TaskId(id), 1)));
            Assert.Equal("begun\n", await File.ReadAllTextAsync(Path.Combine(Box.Folder, $"begun-{number}")));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(0)]
    public async Task Worker_ManyShortCommands_KeepsTheLimitAndLeavesNothingBehind(int limit)
    {
        const int Count = 200;
        await Box.DoAsync("group", "add", "short", "--limit", $"{limit}");
        var worker = await Box.StartWorkerAsync();

        // The first command opens what all commands share.
        await Box.DoAsync("run", "true");
        var descriptors = Directory.GetFileSystemEntries($"/proc/{worker.Id}/fd").Length;

        // How many run at once: one byte in a file for each that begins, and one for each that ends, in the order of the appends.
        var line = $"printf + >> trace; true; printf -- - >> trace";
        var records = string.Concat(Enumerable.Range(1, Count).Select(id =>
            $"{{\"version\":1,\"id\":{id},\"type\":\"command\",\"group\":\"short\",\"payload\":{{\"commandLine\":\"{line}\",\"workingDirectory\":\"{Box.Folder}\"}}}}\n"));
        var clock = Stopwatch.StartNew();
        await Box.RunProgramAsync(Sandbox.Dq, ["import", "-"], records);
        Assert.Equal(0, (await Box.RunAsync("wait", "-g", "short", "--quiet")).ExitCode);
        output.WriteLine($"{Count} commands, limit {limit}: {clock.ElapsedMilliseconds} ms");

        var trace = await File.ReadAllTextAsync(Path.Combine(Box.Folder, "trace"));
        Assert.Equal(Count, trace.Count(mark => mark == '+'));
        Assert.Equal(Count, trace.Count(mark => mark == '-'));
        var (running, most) = (0, 0);
        foreach (var mark in trace)
        {
            running += mark == '+' ? 1 : -1;
            most = Math.Max(most, running);
        }

        Assert.True(limit == 0 || most <= limit, $"{most} ran at once");
        await Sandbox.UntilAsync(async () => (await Box.RunProgramAsync("ps", ["-o", "pid=,stat=,args=", "--ppid", $"{worker.Id}"])).Out.Length == 0, "no child, living or dead, is left");
        await Sandbox.UntilAsync(() => Directory.GetFileSystemEntries($"/proc/{worker.Id}/fd").Length <= descriptors + 8, "no descriptor has leaked");
        Assert.DoesNotContain(Box.Folder, (await Box.RunProgramAsync("ps", ["-eo", "args="])).Out.Split('\n').Where(row => row.Contains("trace", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Worker_Concurrency_LimitsWhatItTakes()
    {
        await Box.StartWorkerAsync("--concurrency", "1");
        var (first, second) = (await Box.AddAsync("sleep 60"), await Box.AddAsync("true"));
        await Sandbox.UntilAsync(async () => (await Box.TaskAsync(first)).GetProperty("state").GetString() == "CheckedOut", "the first runs");

        Assert.Equal(6, (await Box.RunAsync("wait", $"{second}", "--timeout", "500ms")).ExitCode);
        await Box.DoAsync("kill", $"{first}");
        Assert.Equal(0, (await Box.RunAsync("wait", $"{second}")).ExitCode);
    }

    [Fact]
    public async Task Worker_Terminated_EndsWellAndLeavesItsCommandToTheNext()
    {
        var worker = await Box.StartWorkerAsync();
        var mark = Path.Combine(Box.Folder, "go");
        var id = await Box.AddAsync($"echo up; while [ ! -e {mark} ]; do sleep 0.05; done; echo down");
        await Sandbox.UntilAsync(() => File.Exists(Box.Files.Log(new TaskId(id), 1)) && new FileInfo(Box.Files.Log(new TaskId(id), 1)).Length > 0, "it runs");

        Process.Start("kill", ["-TERM", worker.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
        using (var limit = new CancellationTokenSource(Sandbox.Limit))
        {
            await worker.WaitForExitAsync(limit.Token);
        }

        Assert.Equal(0, worker.ExitCode);
        await Box.StartWorkerAsync();
        await File.WriteAllTextAsync(mark, "");
        Assert.Equal(0, (await Box.RunAsync("wait", $"{id}")).ExitCode);
        Assert.Equal("up\ndown\n", (await Box.DoAsync("log", $"{id}")).Out);
    }

    /// <summary>What its parent has not collected lives no more.</summary>
    private static bool IsAlive(int pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
