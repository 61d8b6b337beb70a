namespace DurableQueue.Storage;

/// <summary>What an open queue does by itself. The timers and loops are those of <c>Maintenance</c>.</summary>
internal interface IUpkeepStore
{
    /// <summary>Fires schedules, ends delays, takes back leases, lets requests expire and opens budgets: one chunk of each.</summary>
    ValueTask<SweepResult> SweepAsync(CancellationToken cancellationToken);

    /// <summary>Works off one chunk of the stored dependency cascade.</summary>
    /// <returns>Whether there may be more.</returns>
    ValueTask<bool> RunCascadeAsync(CancellationToken cancellationToken);

    /// <summary>Reads, without a lock, what others left to do.</summary>
    ValueTask<PendingWork> FindPendingAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The next end of a delay or backoff that alone holds a task, occurrence of a schedule, end of a request for an approval, or time at which a budget
    /// may have room again. Leases are not among them.
    /// </summary>
    /// <param name="after">What is due then or earlier is left out.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<DateTimeOffset?> FindNextDueAsync(DateTimeOffset after, CancellationToken cancellationToken);

    /// <returns>The schedules whose next occurrence is another one by the rules that this machine has for their time zones now.</returns>
    ValueTask<IReadOnlyList<long>> FindOutdatedSchedulesAsync(CancellationToken cancellationToken);

    /// <summary>Sets the next occurrences of schedules by the rules of now.</summary>
    ValueTask RefreshSchedulesAsync(long[] schedules, CancellationToken cancellationToken);

    /// <summary>Whether workers of this queue have been met.</summary>
    WorkersMet Workers { get; }

    /// <summary>Marks the workers of this queue as seen.</summary>
    ValueTask KeepWorkersAsync(CancellationToken cancellationToken);

    /// <summary>Takes a turn of regular work. Turns are a period apart, whichever process takes them; one whose process crashes is not made up for.</summary>
    /// <param name="work">Names the work.</param>
    /// <param name="period">How long until the next turn.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued.</param>
    /// <returns>False: it is not due yet.</returns>
    ValueTask<bool> TryTakeTurnAsync(string work, TimeSpan period, CancellationToken cancellationToken);

    /// <summary>Once a second: syncs what was committed without a sync.</summary>
    ValueTask SyncAsync(CancellationToken cancellationToken);

    /// <summary>Once a second: what the store does for itself. Must not wait for anything.</summary>
    void Tend();
}
