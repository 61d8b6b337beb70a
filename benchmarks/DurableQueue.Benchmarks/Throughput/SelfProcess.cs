using System.Diagnostics;

namespace DurableQueue.Benchmarks.Throughput;

/// <summary>This program as a process of its own: says lines, is told lines, and is gone when its owner is.</summary>
internal sealed class SelfProcess : IAsyncDisposable
{
    private readonly Process process;

    private SelfProcess(Process process) => this.process = process;

    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public static SelfProcess Start(params string[] args)
    {
        var start = StartInfo(args);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        return new SelfProcess(Process.Start(start)!);
    }

    public static ProcessStartInfo StartInfo(IReadOnlyList<string> args)
    {
        // Started as "dotnet program.dll", the program is the first argument.
        var program = Environment.ProcessPath!;
        var isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        return new ProcessStartInfo(program, isHost ? [Environment.GetCommandLineArgs()[0], .. args] : args);
    }

    public void Say(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
    }

    public async Task<string> ReadAsync() =>
        await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("A child process ended before it was asked to.");

    public async ValueTask DisposeAsync()
    {
        // The end of its input is the end of the child.
        process.StandardInput.Close();
        using var guard = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await process.WaitForExitAsync(guard.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        process.Dispose();
    }
}
