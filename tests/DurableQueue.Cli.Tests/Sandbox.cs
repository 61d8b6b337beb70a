using System.Diagnostics;
using System.Text;
using DurableQueue.Processes;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>A temporary folder with a queue of its own, in which the built dq is run as a user runs it. Nothing that was started outlives it.</summary>
public sealed class Sandbox : IAsyncDisposable
{
    /// <summary>For what only hangs when it is broken.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <summary>The built program, of the same configuration as the tests, or the one that <c>DQ_TEST_PROGRAM</c> names.</summary>
    public static readonly string Dq = Environment.GetEnvironmentVariable("DQ_TEST_PROGRAM")
        ?? Path.Combine(Path.GetDirectoryName(RepositoryRoot.BuiltAssembly("src", "DurableQueue.Cli"))!, "dq");

    private readonly List<Process> workers = [];

    public Sandbox()
    {
        Folder = Directory.CreateTempSubdirectory("dq-test-").FullName;
        QueuePath = Path.Combine(Folder, "queue.db");
    }

    public string Folder { get; }

    public string QueuePath { get; }

    /// <summary>What dq remembers outside of its queues.</summary>
    public string StateFolder => Folder + "-state";

    public CommandFiles Files => new(QueuePath);

    /// <summary>Variables of every run; DQ_QUEUE names the queue.</summary>
    public Dictionary<string, string?> Variables { get; } = [];

    /// <summary>Runs dq to its end.</summary>
    public Task<DqResult> RunAsync(params string[] arguments) => RunProgramAsync(Dq, arguments);

    /// <summary>Runs dq, which must end well.</summary>
    public async Task<DqResult> DoAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.True(result.ExitCode == 0, $"dq {string.Join(' ', arguments)}\n{result}");
        return result;
    }

    /// <summary>Adds a command and gives its id.</summary>
    public async Task<long> AddAsync(params string[] arguments) =>
        long.Parse((await DoAsync(["add", "--print-id", .. arguments])).Out.Trim(), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>One field of one task.</summary>
    public async Task<System.Text.Json.JsonElement> TaskAsync(long id)
    {
        var result = await DoAsync("status", "--json", $"id={id}");
        return result.Json.GetProperty("tasks").EnumerateArray().Single();
    }

    /// <summary>A line of a shell, in which dq is the built one.</summary>
    public Task<DqResult> ShellAsync(string line) => RunProgramAsync("/bin/bash", ["-c", line]);

    public async Task<DqResult> RunProgramAsync(string program, string[] arguments, string? input = null)
    {
        using var process = Start(program, arguments, input is not null);
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }

        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new DqResult(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} has not ended within {Limit}.");
        }
    }

    /// <summary>Starts dq without waiting for it; the caller ends it.</summary>
    public Process StartDq(params string[] arguments) => Start(Dq, arguments, input: false);

    /// <summary>Starts dq with an input that stays open; the caller ends it.</summary>
    public Process StartTalkingDq(params string[] arguments) => Start(Dq, arguments, input: true);

    /// <summary>Starts a program without waiting for it; the caller ends it.</summary>
    public Process StartProgram(string program, params string[] arguments) => Start(program, arguments, input: false);

    /// <summary>As from a terminal: whoever runs the tests in the background of a script, or with nohup, has signals ignored, and so would all that they start.</summary>
    public Process StartInterruptibleDq(params string[] arguments) => Start("env", ["--default-signal=INT,TERM,HUP", Dq, .. arguments], input: false);

    /// <summary>Starts a worker and waits until the queue knows it.</summary>
    public async Task<Process> StartWorkerAsync(params string[] arguments)
    {
        var worker = Start(Dq, ["worker", .. arguments], input: false);
        workers.Add(worker);
        _ = worker.StandardOutput.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        var said = new StringBuilder();
        while (await worker.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            said.AppendLine(line);
            if (line.Contains("is running (pid", StringComparison.Ordinal))
            {
                _ = worker.StandardError.ReadToEndAsync(CancellationToken.None);
                return worker;
            }
        }

        throw new InvalidOperationException($"The worker ended: {said}");
    }

    /// <summary>Waits until something is so; looks again every 20 ms.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!await isSo())
        {
            Assert.True(clock.Elapsed < Limit, $"not within {Limit}: {what}");
            await Task.Delay(20);
        }
    }

    public static Task UntilAsync(Func<bool> isSo, string what) => UntilAsync(() => Task.FromResult(isSo()), what);

    /// <summary>Waits until a command has made a file in the folder.</summary>
    public Task UntilFileAsync(string name) => UntilAsync(() => File.Exists(Path.Combine(Folder, name)), name);

    /// <summary>Writes a file into the folder.</summary>
    public async Task<string> WriteAsync(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        await File.WriteAllTextAsync(path, text);
        return path;
    }

    public ValueTask<SqliteTaskQueue> OpenAsync() => SqliteTaskQueue.OpenAsync(QueuePath, new SqliteQueueOptions { BackgroundSweeps = false });

    public async ValueTask DisposeAsync()
    {
        foreach (var daemon in FindDaemons())
        {
            daemon.Kill();
            await daemon.WaitForExitAsync();
            daemon.Dispose();
        }

        if (File.Exists(QueuePath))
        {
            await StopCommandsAsync();
        }

        foreach (var worker in workers)
        {
            if (!worker.HasExited)
            {
                worker.Kill();
                await worker.WaitForExitAsync();
            }

            worker.Dispose();
        }

        Directory.Delete(Folder, recursive: true);
        if (Directory.Exists(StateFolder))
        {
            Directory.Delete(StateFolder, recursive: true);
        }
    }

    /// <summary>Commands outlive their worker, and end here.</summary>
    private async Task StopCommandsAsync()
    {
        try
        {
            await using var queue = await OpenAsync();
            var control = new CommandControl(queue, QueuePath);
            var running = await queue.Inspector.QueryAsync(new TaskQuery { States = [TaskState.CheckedOut], Limit = 10_000 });
            foreach (var task in running.Tasks)
            {
                await queue.Control.CancelAsync(task.Id);
                await control.StopAsync(task.Id, TimeSpan.Zero);
            }
        }
        catch (QueueStorageException)
        {
            // A test of files that are no queues.
        }
    }

    /// <summary>The detached workers of all queues in the folder, registered or not.</summary>
    private List<Process> FindDaemons()
    {
        var found = new List<Process>();
        foreach (var process in Process.GetProcesses())
        {
            string[] arguments;
            try
            {
                arguments = File.ReadAllText($"/proc/{process.Id}/cmdline").Split('\0');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                arguments = [];
            }

            if (arguments.Any(argument => argument.StartsWith("--detached", StringComparison.Ordinal)) && arguments.Any(argument => argument.StartsWith(Folder, StringComparison.Ordinal)))
            {
                found.Add(process);
            }
            else
            {
                process.Dispose();
            }
        }

        return found;
    }

    private Process Start(string program, string[] arguments, bool input)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // Not what the developer's own shell or the test runner has set.
        foreach (var name in start.Environment.Keys.Where(name => name is "NO_COLOR" or "COLUMNS" or "VISUAL" or "EDITOR" || name.StartsWith("DQ_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DQ_QUEUE"] = QueuePath;

        // Most tests start their workers themselves, or want none.
        start.Environment["DQ_START_WORKER"] = "0";

        // What dq remembers is that of the test.
        start.Environment["XDG_STATE_HOME"] = StateFolder;
        start.Environment["PATH"] = $"{Path.GetDirectoryName(Dq)}{Path.PathSeparator}{start.Environment["PATH"]}";
        start.Environment["DOTNET_NOLOGO"] = "1";
        foreach (var (name, value) in Variables)
        {
            if (value is null)
            {
                start.Environment.Remove(name);
            }
            else
            {
                start.Environment[name] = value;
            }
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        if (!input)
        {
            process.StandardInput.Close();
        }

        return process;
    }
}
