using System.Diagnostics;

namespace DurableQueue.Processes.Tests;

/// <summary>A worker in a process of its own, which can be killed.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private const int Terminate = 15;
    private readonly Process process;

    private WorkerProcess(Process process) => this.process = process;

    public int Pid => process.Id;

    /// <summary>Starts one and waits until it works.</summary>
    public static async Task<WorkerProcess> StartAsync(string queuePath, params string[] settings)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [RepositoryRoot.BuiltAssembly("tests", "DurableQueue.ProcessHost"), "commands", $"db={queuePath}", .. settings])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        var worker = new WorkerProcess(process);
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(CommandHost.Guard) is { } line)
        {
            if (line.Contains("ready", StringComparison.Ordinal))
            {
                // Nothing else is read: what it says must not fill the pipe.
                process.OutputDataReceived += (_, _) => { };
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return worker;
            }
        }

        await process.WaitForExitAsync().WaitAsync(CommandHost.Guard);
        throw new InvalidOperationException($"The worker ended with {process.ExitCode} before it was ready.");
    }

    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync().WaitAsync(CommandHost.Guard);
    }

    /// <summary>Asks it to stop in good order.</summary>
    public async Task StopAsync()
    {
        _ = Linux.Native.Kill(process.Id, Terminate);
        await process.WaitForExitAsync().WaitAsync(CommandHost.Guard);
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
    }
}
