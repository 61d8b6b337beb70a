using System.Text.Json;

namespace DurableQueue.Hosting;

/// <summary>The store's inspector, which also knows how the handlers write their results.</summary>
internal sealed class HostedTaskInspector(ITaskInspector store, JsonSerializerOptions json) : ITaskInspector, IJsonInspector
{
    public JsonSerializerOptions Json => json;

    public ValueTask<TaskInfo?> GetAsync(TaskId id, CancellationToken cancellationToken = default) => store.GetAsync(id, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>> GetPayloadAsync(TaskId id, CancellationToken cancellationToken = default) =>
        store.GetPayloadAsync(id, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> GetResultAsync(TaskId id, CancellationToken cancellationToken = default) =>
        store.GetResultAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<TaskAttempt>> GetAttemptsAsync(TaskId id, CancellationToken cancellationToken = default) =>
        store.GetAttemptsAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<DependencyInfo>> GetDependenciesAsync(TaskId id, CancellationToken cancellationToken = default) =>
        store.GetDependenciesAsync(id, cancellationToken);

    public ValueTask<IReadOnlyDictionary<TaskId, TaskContent>> GetContentsAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken = default) =>
        store.GetContentsAsync(ids, cancellationToken);

    public ValueTask<IReadOnlyList<WorkerInfo>> GetWorkersAsync(CancellationToken cancellationToken = default) => store.GetWorkersAsync(cancellationToken);

    public ValueTask<TaskPage> QueryAsync(TaskQuery query, CancellationToken cancellationToken = default) => store.QueryAsync(query, cancellationToken);

    public ValueTask<TaskCounts> CountAsync(CancellationToken cancellationToken = default) => store.CountAsync(cancellationToken);

    public ValueTask<WaitSummary> WaitAsync(TaskSelector selector, WaitOptions? options = null, CancellationToken cancellationToken = default) =>
        store.WaitAsync(selector, options, cancellationToken);

    public IAsyncEnumerable<TaskFinished> WatchAsync(long fromSequence = 0, CancellationToken cancellationToken = default) =>
        store.WatchAsync(fromSequence, cancellationToken);

    public ValueTask<long> GetFinishSequenceAsync(CancellationToken cancellationToken = default) => store.GetFinishSequenceAsync(cancellationToken);

    public ValueTask<QueueVerification> VerifyAsync(CancellationToken cancellationToken = default) => store.VerifyAsync(cancellationToken);
}
