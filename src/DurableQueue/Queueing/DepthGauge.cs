using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>Reads what waits for the gauges, which cannot wait asynchronously.</summary>
internal sealed class DepthGauge(ITaskReader reader)
{
    /// <summary>The longest that a read may hold up the listener of a gauge.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <returns>Nothing if the store cannot be read now: gauges do not report errors.</returns>
    public IReadOnlyList<GroupDepth> Read()
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            return reader.ReadDepthAsync(limit.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is DurableQueueException or ObjectDisposedException or OperationCanceledException)
        {
            return [];
        }
    }
}
