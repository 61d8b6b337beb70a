using DurableQueue.Storage;

namespace DurableQueue.Worker;

/// <summary>Holds the latest progress report of one attempt until it is written.</summary>
internal sealed class AttemptProgress(Dispatcher dispatcher)
{
    /// <summary>One write at a time: an older report must not overtake a newer one.</summary>
    private readonly Places writing = new(1, dispatcher);
    private Report? latest;

    public void Set(double fraction, string? message) => Volatile.Write(ref latest, new Report(fraction, message));

    public async Task WriteAsync(ITaskQueue queue, Attempt attempt)
    {
        if (Volatile.Read(ref latest) is null && writing.AreAllFree)
        {
            return;
        }

        await writing.TakeAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (Interlocked.Exchange(ref latest, null) is { } report
                && !await queue.ReportProgressAsync(attempt.Leased.Lease, report.Fraction, report.Message, CancellationToken.None).ConfigureAwait(false))
            {
                attempt.Stop(StopReason.LeaseLost);
            }
        }
        finally
        {
            writing.Release();
        }
    }

    private sealed record Report(double Fraction, string? Message);
}
