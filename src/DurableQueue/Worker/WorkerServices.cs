using DurableQueue.Storage;
using Polly;

namespace DurableQueue.Worker;

/// <summary>What the handlers of one worker share when they use the queue.</summary>
/// <param name="Queue">The store.</param>
/// <param name="Types">What the queue knows of handlers and their payloads.</param>
/// <param name="Progress">Takes the handlers' reports.</param>
/// <param name="Slots">The worker's.</param>
/// <param name="WaitRetry">Outlasts trouble with the store when a wait begins or ends.</param>
/// <param name="Dispatcher">Where handlers continue that waited for the worker.</param>
/// <param name="Stopping">Fires when the worker takes no more tasks: what an attempt waits for may not begin any more.</param>
internal sealed record WorkerServices(
    ITaskQueue Queue,
    ITaskTypes Types,
    ProgressWriter Progress,
    WorkerSlots Slots,
    ResiliencePipeline WaitRetry,
    Dispatcher Dispatcher,
    CancellationToken Stopping);
