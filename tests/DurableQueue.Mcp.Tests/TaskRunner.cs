using System.Diagnostics;
using DurableQueue.Cli.Tests;

namespace DurableQueue.Mcp.Tests;

/// <summary>A worker for as long as a test needs one.</summary>
internal sealed class TaskRunner(Process process) : IAsyncDisposable
{
    public static async Task<TaskRunner> StartAsync(Sandbox box) => new(await box.StartWorkerAsync());

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }
}
