namespace DurableQueue.Testing;

/// <summary>One drain: lets the held workers check out, and moves the clock from one due time to the next whenever nothing is left to do.</summary>
/// <param name="queue">The queue.</param>
/// <param name="attempts">Those of its workers.</param>
/// <param name="time">The clock of both.</param>
internal sealed class Drain(TaskQueue queue, HeldAttempts attempts, ManualTimeProvider time)
{
    /// <summary>As many as one heartbeat takes.</summary>
    private const int LeasesAtOnce = 10_000;

    /// <summary>Half of a worker's lease here: one that is renewed after each step never runs out.</summary>
    private static readonly TimeSpan LongestStep = TimeSpan.FromHours(12);

    /// <returns>The number of attempts that were made.</returns>
    public async Task<int> RunAsync(TimeSpan advance, TimeSpan drainLimit, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + advance;
        var before = attempts.Started;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        attempts.Open();
        try
        {
            limit.CancelAfter(drainLimit);
            await SweepAsync(limit.Token).ConfigureAwait(false);
            await WaitUntilIdleAsync(limit.Token).ConfigureAwait(false);
            while (await NextDueAsync(limit.Token).ConfigureAwait(false) is { } due && due <= until)
            {
                await AdvanceToAsync(due, limit.Token).ConfigureAwait(false);
                await SweepAsync(limit.Token).ConfigureAwait(false);
                await WaitUntilIdleAsync(limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"The queue was not idle within {drainLimit}, after {attempts.Started - before} attempts. Still running: {TaskText.Join(attempts.Running)}.");
        }
        finally
        {
            attempts.Close();
        }

        return attempts.Started - before;
    }

    /// <summary>Idle, and no handler that waits for other tasks is about to continue.</summary>
    private async Task WaitUntilIdleAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await attempts.WaitUntilIdleAsync(cancellationToken).ConfigureAwait(false);
            var (isIdle, waits, changed) = attempts.Standing;
            if (!isIdle)
            {
                continue;
            }

            if (waits is not null && !await AnyIsOverAsync(waits, cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> AnyIsOverAsync(IReadOnlyList<OpenWait> waits, CancellationToken cancellationToken)
    {
        foreach (var wait in waits)
        {
            if (await wait.IsOverAsync(queue.Inspector, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Moves the clock, and renews the leases of handlers that wait for other tasks meanwhile.</summary>
    private async Task AdvanceToAsync(DateTimeOffset due, CancellationToken cancellationToken)
    {
        while (due - time.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            time.Advance(left < LongestStep ? left : LongestStep);
            foreach (var part in attempts.SuspendedLeases.Chunk(LeasesAtOnce))
            {
                await queue.HeartbeatAsync(part, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>All that is due, however much it is; and workers check out again.</summary>
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        await queue.ReapExpiredAsync(cancellationToken).ConfigureAwait(false);
        attempts.Turn();
    }

    private async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var next = await queue.Upkeep.FindNextDueAsync(now, cancellationToken).ConfigureAwait(false);
        var (suspended, endsAt) = attempts.Suspended;
        next = Earlier(next, endsAt);

        // Those of attempts that wait are renewed while the clock moves; others are the test's own, and expire.
        await foreach (var task in queue.Inspector.ReadAllAsync(new TaskQuery { States = [TaskState.CheckedOut] }, cancellationToken).ConfigureAwait(false))
        {
            if (!suspended.Contains(task.Id) && task.LeaseExpiresAt > now)
            {
                next = Earlier(next, task.LeaseExpiresAt);
            }
        }

        return next;
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => other is null || one < other ? one : other;
}
