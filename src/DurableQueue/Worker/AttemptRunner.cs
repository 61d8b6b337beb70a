using DurableQueue.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Polly;

namespace DurableQueue.Worker;

/// <summary>Runs the handlers of attempts and tells the queue how they ended.</summary>
internal sealed class AttemptRunner
{
    private readonly HandlerCatalog handlers;
    private readonly IServiceScopeFactory scopes;
    private readonly WorkerServices worker;
    private readonly RunningAttempts running;
    private readonly WorkerTelemetry telemetry;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly CancellationToken abandon;
    private readonly CompletionBatcher completions;
    private readonly ResiliencePipeline retry;

    /// <param name="handlers">Those of the queue.</param>
    /// <param name="scopes">Where each attempt gets its services from.</param>
    /// <param name="worker">The store, and the slots: each attempt gives its one back when its handler has returned and its end is being written.</param>
    /// <param name="running">Attempts are taken off this record when they are settled.</param>
    /// <param name="telemetry">Takes spans and times.</param>
    /// <param name="name">The worker's, for the log.</param>
    /// <param name="time">The host's clock.</param>
    /// <param name="log">The worker's.</param>
    /// <param name="abandon">Fires when there is no time left for trouble with the store.</param>
    public AttemptRunner(
        HandlerCatalog handlers,
        IServiceScopeFactory scopes,
        WorkerServices worker,
        RunningAttempts running,
        WorkerTelemetry telemetry,
        string name,
        TimeProvider time,
        ILogger log,
        CancellationToken abandon)
    {
        this.handlers = handlers;
        this.scopes = scopes;
        this.worker = worker;
        this.running = running;
        this.telemetry = telemetry;
        this.time = time;
        this.log = log;
        this.abandon = abandon;
        completions = new CompletionBatcher(CompleteAsync, worker.Dispatcher);
        retry = StorageRetry.Create("settle attempts", name, error => error is QueueStorageException, time, log);
    }

    /// <summary>Runs an attempt, on the pool.</summary>
    public void Run(Attempt attempt) => _ = RunAsync(attempt);

    /// <summary>
    /// The handler has had its time to stop. If it has not returned, the attempt is settled without it; its slot stays taken until it does.
    /// </summary>
    public void GiveUp(Attempt attempt) => worker.Dispatcher.PostInFrame(() => _ = GiveUpAsync(attempt));

    private async Task RunAsync(Attempt attempt)
    {
        var result = telemetry.IsListenedTo
            ? await telemetry.MeasureAsync(attempt, InvokeAsync).ConfigureAwait(false)
            : await InvokeAsync(attempt).ConfigureAwait(false);
        FaultPoint.Reach("handler.ended");
        if (!attempt.TryBeginSettlement(out var reason))
        {
            attempt.MarkReturned();
            return;
        }

        if (attempt.Progress is null && result.Error is null && result.Route is null && reason != StopReason.LeaseLost)
        {
            completions.Add(attempt, result.Value);
            return;
        }

        worker.Dispatcher.PostInFrame(() => _ = FinishAsync(attempt, reason, result));
    }

    private async Task FinishAsync(Attempt attempt, StopReason reason, HandlerResult result)
    {
        var settlement = await PrepareAsync(attempt, reason, result).ConfigureAwait(false);
        if (settlement is Settlement.Complete done)
        {
            completions.Add(attempt, done.Result);
            return;
        }

        await SettleAsync(attempt, settlement).ConfigureAwait(false);
        End(attempt);
    }

    private async Task GiveUpAsync(Attempt attempt)
    {
        if (!attempt.TryBeginSettlement(out var reason))
        {
            return;
        }

        await SettleAsync(attempt, await PrepareAsync(attempt, reason, null).ConfigureAwait(false)).ConfigureAwait(false);
        var task = attempt.Leased;
        log.HandlerIgnoresCancellation(task.Id, task.Type, task.Attempt, reason);
        var settledAt = time.GetTimestamp();
        await attempt.WhenReturnedAsync().ConfigureAwait(false);
        log.HandlerReturnedLate(task.Id, task.Type, task.Attempt, time.GetElapsedTime(settledAt));
        End(attempt);
    }

    private async ValueTask<HandlerResult> InvokeAsync(Attempt attempt)
    {
        if (handlers.Router is { } router && attempt.Leased.Type == NewTask.AutoType)
        {
            return await router.RunAsync(attempt.Leased, scopes, attempt.Token).ConfigureAwait(false);
        }

        try
        {
            var scope = scopes.CreateAsyncScope();
            var calls = new AttemptOperations(attempt, worker);
            try
            {
                var call = new HandlerInvocation(scope.ServiceProvider, attempt, new TaskContext(attempt.Leased, calls), handlers.Json, attempt.Token);
                return new HandlerResult(await handlers[attempt.Leased.Type].Invoke(call).ConfigureAwait(false), null);
            }
            finally
            {
                await calls.DisposeAsync().ConfigureAwait(false);
                await scope.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception error)
        {
            return new HandlerResult(default, error);
        }
    }

    /// <summary>All that comes before the queue is told: the last progress report, the log.</summary>
    private async ValueTask<Settlement> PrepareAsync(Attempt attempt, StopReason reason, HandlerResult? result)
    {
        if (reason != StopReason.LeaseLost && attempt.Progress is not null)
        {
            await worker.Progress.WriteAsync(attempt).ConfigureAwait(false);
        }

        LogEnd(attempt.Leased, reason, result);
        return Settlement.Of(reason, result, attempt.Leased);
    }

    private async Task SettleAsync(Attempt attempt, Settlement settlement)
    {
        var task = attempt.Leased;
        try
        {
            if (!await retry.ExecuteAsync(_ => ApplyAsync(attempt, settlement), abandon).ConfigureAwait(false))
            {
                log.LeaseLost(task.Id, task.Type, task.Attempt);
            }
        }
        catch (Exception error)
        {
            // Nothing is lost but time: the lease expires, and the task is offered again.
            log.AttemptNotSettled(task.Id, task.Type, task.Attempt, error);
        }

        running.Remove([attempt]);
    }

    private async ValueTask<bool> ApplyAsync(Attempt attempt, Settlement settlement)
    {
        var lease = attempt.Leased.Lease;
        switch (settlement)
        {
            case Settlement.Complete done:
                return await CompleteAsync(attempt, done.Result).ConfigureAwait(false);
            case Settlement.Fail failed:
                return await worker.Queue.FailAsync(lease, failed.Failure, CancellationToken.None).ConfigureAwait(false);
            case Settlement.Route routed:
                FaultPoint.Reach("route.chosen");
                var kept = await worker.Queue.RouteAsync(lease, routed.Chosen.Decision, routed.Chosen.IsFallback, CancellationToken.None).ConfigureAwait(false);
                FaultPoint.Reach("route.stored");
                return kept;
            case Settlement.Release released:
                return await worker.Queue.ReleaseAsync(lease, released.Delay, CancellationToken.None).ConfigureAwait(false);
            default:
                return settlement is not Settlement.LeaseLost;
        }
    }

    private async ValueTask<bool> CompleteAsync(Attempt attempt, ReadOnlyMemory<byte> result)
    {
        var lease = attempt.Leased.Lease;
        try
        {
            var completion = new TaskCompletion(lease, result) { Notification = attempt.Notification };
            return (await worker.Queue.CompleteAsync([completion], CancellationToken.None).ConfigureAwait(false))[0];
        }
        catch (ArgumentException error)
        {
            var failure = new TaskFailure($"The handler's result cannot be stored: {error.Message}");
            return await worker.Queue.FailAsync(lease, failure, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task CompleteAsync(CompletionBatch batch)
    {
        var slots = batch.Attempts.Count;
        try
        {
            var kept = await retry.ExecuteAsync(
                _ => ((IBatchCompletion)worker.Queue).CompleteAsync(batch.Tasks, ReleaseSlots, CancellationToken.None), abandon).ConfigureAwait(false);
            FaultPoint.Reach("attempt.settled");
            for (var i = 0; i < kept.Count; i++)
            {
                var task = batch.Attempts[i].Leased;
                if (!kept[i])
                {
                    log.LeaseLost(task.Id, task.Type, task.Attempt);
                }
            }

            running.Remove(batch.Attempts);
        }
        catch (Exception)
        {
            // One of them may be to blame, for the size of its result perhaps: it alone is to fail.
            foreach (var (attempt, task) in batch.Attempts.Zip(batch.Tasks))
            {
                await SettleAsync(attempt, new Settlement.Complete(task.Result)).ConfigureAwait(false);
            }
        }

        ReleaseSlots();
        Dispose(batch.Attempts);

        void ReleaseSlots() => worker.Slots.Release(Interlocked.Exchange(ref slots, 0));
    }

    /// <summary>The handler has returned, and the attempt is settled.</summary>
    private void End(Attempt attempt)
    {
        worker.Slots.Release();
        Dispose([attempt]);
    }

    private void Dispose(IReadOnlyList<Attempt> attempts)
    {
        foreach (var attempt in attempts)
        {
            if (attempt.CallbackError is { } error)
            {
                log.CancellationCallbackFailed(attempt.Leased.Id, attempt.Leased.Type, error);
            }

            attempt.Dispose();
        }
    }

    private void LogEnd(LeasedTask task, StopReason reason, HandlerResult? result)
    {
        if (result is { Error: null })
        {
            if (result.Value.Route is { } route)
            {
                log.TaskRouted(task.Id, route.Decision.Type, route.Decision.Reason);
            }

            return;
        }

        switch (reason)
        {
            case StopReason.None when result?.Error is SettlementException { Settlement: Settlement.Release { Delay: { } delay } } putBack:
                log.AttemptPutBack(task.Id, task.Type, task.Attempt, delay, putBack.Message);
                break;
            case StopReason.None when result?.Error is not SettlementException { Settlement: Settlement.LeaveRunning }:
                var error = result?.Error;
                log.AttemptFailed(task.Id, task.Type, task.Attempt, task.MaxAttempts, error?.Message, IsOutcome(error) ? null : error);
                break;
            case StopReason.None:
                break;
            case StopReason.TimedOut:
                log.AttemptTimedOut(task.Id, task.Type, task.Attempt, task.MaxAttempts, task.Timeout);
                break;
            default:
                log.AttemptStopped(task.Id, task.Type, task.Attempt, reason);
                break;
        }
    }

    /// <summary>What a handler says of its work in so many words. Anything else that it throws is a defect, and where that was thrown matters.</summary>
    private static bool IsOutcome(Exception? error) =>
        error is SettlementException or PermanentTaskException or ApprovalRejectedException or UnreadablePayloadException;
}
