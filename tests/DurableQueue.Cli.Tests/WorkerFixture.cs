using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>One queue with one worker for all tests of a class: they keep apart by ids, labels and groups.</summary>
public sealed class WorkerFixture : IAsyncLifetime
{
    public Sandbox Box { get; } = new();

    public async Task InitializeAsync()
    {
        await Box.StartWorkerAsync();

        // What one test leaves running takes no slot from the next.
        await Box.DoAsync("group", "limit", "default", "0");
    }

    public async Task DisposeAsync() => await Box.DisposeAsync();
}
