using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Polly;

namespace DurableQueue.Worker;

/// <summary>Runs the handler of one attempt and tells the queue how it ended.</summary>
/// <param name="queue">The store.</param>
/// <param name="handlers">Those of the queue.</param>
/// <param name="scopes">Where each attempt gets its services from.</param>
/// <param name="slots">The worker's; an attempt that waits for others gives its one back.</param>
/// <param name="progress">Takes the handlers' reports.</param>
/// <param name="telemetry">Takes spans and times.</param>
/// <param name="worker">The worker's name, for the log.</param>
/// <param name="time">The host's clock.</param>
/// <param name="log">The worker's.</param>
/// <param name="stopping">Fires when the worker takes no more tasks.</param>
internal sealed class AttemptRunner(
    ITaskQueue queue,
    HandlerCatalog handlers,
    IServiceScopeFactory scopes,
    WorkerSlots slots,
    ProgressKeeper progress,
    WorkerTelemetry telemetry,
    string worker,
    TimeProvider time,
    ILogger log,
    CancellationToken stopping)
{
    private readonly ResiliencePipeline retry =
        StorageRetry.Create("settle an attempt", worker, error => error is QueueStorageException, time, log);

    private readonly ResiliencePipeline waitRetry =
        StorageRetry.Create("suspend or resume an attempt", worker, error => error is QueueStorageException, time, log);

    /// <summary>Ends when the handler has returned. The attempt is settled then, or earlier if the handler takes longer to stop than it may.</summary>
    /// <param name="attempt">The attempt to run.</param>
    /// <param name="abandon">Fires when there is no time left for trouble with the store.</param>
    public async Task RunAsync(Attempt attempt, CancellationToken abandon)
    {
        // On the pool: a handler that blocks before its first await must not hold up the checkouts.
        var handler = Task.Run(
            () => telemetry.IsListenedTo ? telemetry.MeasureAsync(attempt, InvokeAsync) : InvokeAsync(attempt), CancellationToken.None);
        await Task.WhenAny(handler, attempt.GraceOver).ConfigureAwait(false);
        var reason = attempt.Seal();
        var end = handler.IsCompleted ? await handler.ConfigureAwait(false) : null;
        if (reason != StopReason.LeaseLost)
        {
            await progress.WriteAsync(attempt).ConfigureAwait(false);
        }

        await SettleAsync(attempt.Leased, reason, end, abandon).ConfigureAwait(false);
        attempt.MarkSettled();
        if (end is null)
        {
            await OutlastAsync(handler, attempt.Leased, reason).ConfigureAwait(false);
        }

        if (attempt.CallbackError is { } error)
        {
            log.CancellationCallbackFailed(attempt.Leased.Id, attempt.Leased.Type, error);
        }
    }

    private async Task<HandlerEnd> InvokeAsync(Attempt attempt)
    {
        try
        {
            var scope = scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                var wait = new AttemptWait(attempt, queue, slots, waitRetry, stopping);
                await using (wait.ConfigureAwait(false))
                {
                    var context = new TaskContext(attempt.Leased, new HandlerCalls(attempt, queue, handlers, progress, wait));
                    var call = new Invocation(scope.ServiceProvider, attempt.Leased, context, handlers.Json, attempt.Token);
                    return new HandlerEnd(await handlers[attempt.Leased.Type].Invoke(call).ConfigureAwait(false), null);
                }
            }
        }
        catch (Exception error)
        {
            return new HandlerEnd(default, error);
        }
    }

    private async Task SettleAsync(LeasedTask task, StopReason reason, HandlerEnd? end, CancellationToken abandon)
    {
        LogEnd(task, reason, end);
        try
        {
            var settlement = Settlement.Of(reason, end, task);
            if (!await retry.ExecuteAsync(_ => ApplyAsync(task.Lease, settlement), abandon).ConfigureAwait(false))
            {
                log.LeaseLost(task.Id, task.Type, task.Attempt);
            }
        }
        catch (Exception error)
        {
            // Nothing is lost but time: the lease expires, and the task is offered again.
            log.AttemptNotSettled(task.Id, task.Type, task.Attempt, error);
        }
    }

    private async ValueTask<bool> ApplyAsync(Lease lease, Settlement settlement)
    {
        switch (settlement)
        {
            case Settlement.Complete done:
                return await CompleteAsync(lease, done.Result).ConfigureAwait(false);
            case Settlement.Fail failed:
                return await queue.FailAsync(lease, failed.Failure, CancellationToken.None).ConfigureAwait(false);
            case Settlement.Release:
                return await queue.ReleaseAsync(lease, null, CancellationToken.None).ConfigureAwait(false);
            default:
                return false;
        }
    }

    private async ValueTask<bool> CompleteAsync(Lease lease, ReadOnlyMemory<byte> result)
    {
        try
        {
            return await queue.CompleteAsync(lease, result, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ArgumentException error)
        {
            var failure = new TaskFailure($"The handler's result cannot be stored: {error.Message}");
            return await queue.FailAsync(lease, failure, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private void LogEnd(LeasedTask task, StopReason reason, HandlerEnd? end)
    {
        if (end is { Error: null })
        {
            return;
        }

        switch (reason)
        {
            case StopReason.None:
                log.AttemptFailed(task.Id, task.Type, task.Attempt, task.MaxAttempts, end?.Error);
                break;
            case StopReason.TimedOut:
                log.AttemptTimedOut(task.Id, task.Type, task.Attempt, task.MaxAttempts, task.Timeout);
                break;
            default:
                log.AttemptStopped(task.Id, task.Type, task.Attempt, reason);
                break;
        }
    }

    private async Task OutlastAsync(Task<HandlerEnd> handler, LeasedTask task, StopReason reason)
    {
        log.HandlerIgnoresCancellation(task.Id, task.Type, task.Attempt, reason);
        var stoppedWaitingAt = time.GetTimestamp();
        await handler.ConfigureAwait(false);
        log.HandlerReturnedLate(task.Id, task.Type, task.Attempt, time.GetElapsedTime(stoppedWaitingAt));
    }
}
