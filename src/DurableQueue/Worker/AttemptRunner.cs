using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Polly;

namespace DurableQueue.Worker;

/// <summary>Runs the handler of one attempt and tells the queue how it ended.</summary>
internal sealed class AttemptRunner(
    ITaskQueue queue, HandlerCatalog handlers, IServiceScopeFactory scopes, WorkerTelemetry telemetry, string worker, TimeProvider time, ILogger log)
{
    private readonly ResiliencePipeline retry =
        StorageRetry.Create("settle an attempt", worker, error => error is QueueStorageException, time, log);

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
                var context = new TaskContext(attempt.Leased, (fraction, message, token) => ReportProgressAsync(attempt, fraction, message, token));
                var call = new Invocation(scope.ServiceProvider, attempt.Leased, context, handlers.Json, attempt.Token);
                return new HandlerEnd(await handlers[attempt.Leased.Type].Invoke(call).ConfigureAwait(false), null);
            }
        }
        catch (Exception error)
        {
            return new HandlerEnd(default, error);
        }
    }

    private async ValueTask ReportProgressAsync(Attempt attempt, double fraction, string? message, CancellationToken cancellationToken)
    {
        try
        {
            if (!await queue.ReportProgressAsync(attempt.Leased.Lease, fraction, message, cancellationToken).ConfigureAwait(false))
            {
                attempt.Stop(StopReason.LeaseLost);
            }
        }
        catch (QueueStorageException error)
        {
            log.ProgressNotStored(attempt.Leased.Id, attempt.Leased.Type, error);
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
