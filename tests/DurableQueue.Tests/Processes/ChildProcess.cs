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
    private readonly Lock sync = new();
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
            lock (sync)
            {
                return [.. lines];
            }
        }
    }

    /// <summary>What went to standard error; empty until the end.</summary>
    public string Errors => errors;

    public static ChildProcess Start(IReadOnlyList<string> arguments, IReadOnlyList<string>? wrapper = null) =>
        Start(RepositoryRoot.BuiltAssembly("tests", "DurableQueue.ProcessHost"), arguments[0], arguments, wrapper);

    /// <param name="assembly">What to run.</param>
    /// <param name="command">What to call it in messages.</param>
    /// <param name="arguments">What it is given.</param>
    /// <param name="wrapper">A program, with its arguments, that becomes the process: to change its user, or how it takes signals.</param>
    public static ChildProcess Start(string assembly, string command, IReadOnlyList<string> arguments, IReadOnlyList<string>? wrapper = null)
    {
        string[] line = [.. wrapper ?? [], Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", assembly, .. arguments];
        var start = new ProcessStartInfo(line[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in line.Skip(1))
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

    /// <summary>Limits the length of the files that the process writes: what a full disk is to it. <see langword="null"/> lifts the limit.</summary>
    public void LimitFileSize(ulong? bytes)
    {
        const int fileSize = 1;
        var limit = new Limits(bytes ?? ulong.MaxValue, ulong.MaxValue);
        if (SetLimit(process.Id, fileSize, in limit, IntPtr.Zero) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Waits until so many lines start so.</summary>
    public async Task WaitForLinesAsync(string prefix, int count)
    {
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        LineRead = () =>
        {
            if (Lines.Count(line => line.StartsWith(prefix, StringComparison.Ordinal)) >= count)
            {
                read.TrySetResult();
            }
        };
        LineRead();
        try
        {
            await read.Task.WaitAsync(ProcessTest.Guard);
        }
        catch (TimeoutException)
        {
            throw new XunitException($"'{Command}' has not said '{prefix}' {count} times in time. {Describe()}");
        }
    }

    /// <summary>Waits for a line that starts so, among those said before too.</summary>
    public async Task<string> WaitForLineAsync(string prefix)
    {
        using var guard = new CancellationTokenSource(ProcessTest.Guard);
        while (true)
        {
            Task next;
            lock (sync)
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

    /// <summary>The last lines, for a failure message.</summary>
    public string Describe()
    {
        lock (sync)
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
            lock (sync)
            {
                lines.Add(line);
                Signal();
            }

            LineRead?.Invoke();
        }

        errors = await readingErrors;
        lock (sync)
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

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Limits(ulong Soft, ulong Hard);

    [DllImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetLimit(int processId, int resource, in Limits limit, IntPtr old);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
