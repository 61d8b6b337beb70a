using DurableQueue.Worker;

namespace DurableQueue.Hosting;

/// <summary>A queue of the host, and the handlers of its workers.</summary>
internal sealed record OpenedQueue(TaskQueue Queue, HandlerCatalog Handlers);
