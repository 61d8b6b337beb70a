using DurableQueue.Storage;
using Microsoft.Extensions.DependencyInjection;
using Polly;

namespace DurableQueue.Worker;

/// <summary>Runs the handlers of attempts, and has each attempt settled once: when its handler returns, or without it when its time is over.</summary>
internal sealed class AttemptRunner(
    HandlerCatalog handlers, IServiceScopeFactory scopes, WorkerServices worker, AttemptSettler settler, WorkerTelemetry telemetry)
{
    private readonly ResiliencePipeline waitRetry = worker.CreateRetry("suspend or resume an attempt", error => error is QueueStorageException);

    /// <summary>Runs an attempt, on the caller's thread until the handler first awaits.</summary>
    public void Run(Attempt attempt) => _ = RunAsync(attempt);

    /// <summary>Settles an attempt whose handler has not returned in time. Its slot stays taken until the handler returns.</summary>
    public void GiveUp(Attempt attempt) => worker.Dispatcher.PostInFrame(() => _ = GiveUpAsync(attempt));

    private async Task RunAsync(Attempt attempt)
    {
        var result = telemetry.IsListenedTo
            ? await telemetry.MeasureAsync(attempt, InvokeAsync).ConfigureAwait(false)
            : await InvokeAsync(attempt).ConfigureAwait(false);
        FaultPoint.Reach("handler.ended");
        if (attempt.TryBeginSettlement(out var reason))
        {
            settler.Settle(attempt, reason, result);
        }
        else
        {
            attempt.MarkReturned();
        }
    }

    private async Task GiveUpAsync(Attempt attempt)
    {
        if (!attempt.TryBeginSettlement(out var reason))
        {
            return;
        }

        await settler.SettleUnreturnedAsync(attempt, reason).ConfigureAwait(false);
        var task = attempt.Leased;
        worker.Log.HandlerIgnoresCancellation(task.Id, task.Type, task.Attempt, reason);
        var settledAt = worker.Time.GetTimestamp();
        await attempt.WhenReturnedAsync().ConfigureAwait(false);
        worker.Log.HandlerReturnedLate(task.Id, task.Type, task.Attempt, worker.Time.GetElapsedTime(settledAt));
        settler.Release(attempt);
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
            var operations = new AttemptOperations(attempt, worker, waitRetry);
            try
            {
                var call = new HandlerInvocation(scope.ServiceProvider, attempt, new TaskContext(attempt.Leased, operations), handlers.Json, attempt.Token);
                return new HandlerResult(await handlers[attempt.Leased.Type].Invoke(call).ConfigureAwait(false), null);
            }
            finally
            {
                await operations.DisposeAsync().ConfigureAwait(false);
                await scope.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception error)
        {
            return new HandlerResult(default, error);
        }
    }
}
