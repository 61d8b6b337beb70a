using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit.Sdk;

namespace DurableQueue.Tests.Processes;

/// <summary>A process of <c>DurableQueue.ProcessHost</c>, and what it has said so far.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task reading;
    private readonly Lock gate = new();
    private readonly List<string> lines = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string errors = "";
    private bool ended;

    private ChildProcess(Process process, string command)
    {
        this.process = process;
        Command = command;
        reading = ReadAsync();
    }

    public string Command { get; }

    public int Id => process.Id;

    /// <summary>Called for every line, from one thread at a time.</summary>
    public Action? LineRead { get; set; }

    /// <summary>Everything said; whole only after <see cref="ExitAsync"/>.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (gate)
            {
                return [.. lines];
            }
        }
    }

    /// <summary>What went to standard error; empty until the end.</summary>
    public string Errors => errors;

    public static ChildProcess Start(IReadOnlyList<string> arguments) =>
        Start(BuiltAssembly("tests", "DurableQueue.ProcessHost"), arguments[0], arguments);

    /// <param name="assembly">What to run.</param>
    /// <param name="command">What to call it in messages.</param>
    /// <param name="arguments">What it is given.</param>
    public static ChildProcess Start(string assembly, string command, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(assembly);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("The process did not start.");
        return new ChildProcess(process, command);
    }

    public void Go() => Say("go");

    public void Stop() => Say("stop");

    /// <summary>SIGKILL: the process gets no chance to do anything more.</summary>
    public void Kill() => process.Kill();

    /// <summary>SIGTERM: the process is asked to end.</summary>
    public void Terminate() => Signal(15);

    public void Pause()
    {
        Signal(19);
    }

    public void Continue() => Signal(18);

    /// <summary>Waits for a line that starts so, among those said before too.</summary>
    public async Task<string> WaitForLineAsync(string prefix)
    {
        using var guard = new CancellationTokenSource(ProcessTest.Guard);
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (lines.Find(line => line.StartsWith(prefix, StringComparison.Ordinal)) is { } found)
                {
                    return found;
                }

                if (ended)
                {
                    throw new XunitException($"'{Command}' ended without saying '{prefix}'. {Describe()}");
                }

                next = changed.Task;
            }

            try
            {
                await next.WaitAsync(guard.Token);
            }
            catch (OperationCanceledException)
            {
                throw new XunitException($"'{Command}' has not said '{prefix}' in time. {Describe()}");
            }
        }
    }

    /// <summary>Waits until the process is gone and all it said was read.</summary>
    public async Task<int> ExitAsync(TimeSpan? within = null)
    {
        try
        {
            await Task.WhenAll(process.WaitForExitAsync(), reading).WaitAsync(within ?? ProcessTest.Guard);
        }
        catch (TimeoutException)
        {
            throw new XunitException($"'{Command}' has not ended in time. {Describe()}");
        }

        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await ExitAsync();
        process.Dispose();
    }

    /// <summary>The program of a project that was built together with the tests.</summary>
    public static string BuiltAssembly(string folder, string project)
    {
        // bin/CONFIGURATION/FRAMEWORK is the same for both projects.
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return RepositoryRoot.File(folder, project, "bin", framework.Parent!.Name, framework.Name, $"{project}.dll");
    }

    /// <summary>The last lines, for a failure message.</summary>
    public string Describe()
    {
        lock (gate)
        {
            return $"Its last lines: {string.Join(" / ", lines.TakeLast(10))}. Standard error: {errors}";
        }
    }


    private void Say(string word)
    {
        try
        {
            process.StandardInput.WriteLine(word);
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It was killed meanwhile; its exit is what tests look at.
        }
    }

    private async Task ReadAsync()
    {
        var readingErrors = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (gate)
            {
                lines.Add(line);
                Signal();
            }

            LineRead?.Invoke();
        }

        errors = await readingErrors;
        lock (gate)
        {
            ended = true;
            Signal();
        }
    }

    private void Signal()
    {
        changed.TrySetResult();
        changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private void Signal(int number)
    {
        if (SendSignal(process.Id, number) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
