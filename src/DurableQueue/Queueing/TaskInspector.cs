using System.Runtime.CompilerServices;
using System.Text.Json;
using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>Checks what is asked for, waits and watches.</summary>
/// <param name="store">The store.</param>
/// <param name="types">What the host's handlers tell; <see langword="null"/>: no handlers are known.</param>
/// <param name="time">The queue's clock.</param>
internal sealed class TaskInspector(ITaskStore store, ITaskTypes? types, TimeProvider time) : ITaskInspector
{
    private readonly ITaskReader reader = store.Reader;
    private readonly QueueSignals signals = store.Signals;

    /// <summary>How the host's handlers write their results; <see langword="null"/>: no handlers are known.</summary>
    public JsonSerializerOptions? Json => types?.Json;

    public ValueTask<TaskInfo?> GetAsync(TaskId id, CancellationToken cancellationToken = default) => reader.FindAsync(id, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>> GetPayloadAsync(TaskId id, CancellationToken cancellationToken = default) =>
        reader.ReadPayloadAsync(id, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> GetResultAsync(TaskId id, CancellationToken cancellationToken = default) =>
        reader.ReadResultAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<TaskAttempt>> GetAttemptsAsync(TaskId id, CancellationToken cancellationToken = default) =>
        reader.ReadAttemptsAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<DependencyInfo>> GetDependenciesAsync(TaskId id, CancellationToken cancellationToken = default) =>
        reader.ReadDependenciesAsync(id, cancellationToken);

    public ValueTask<IReadOnlyDictionary<TaskId, TaskContent>> GetContentsAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        Check.Between(ids.Count, 0, Limits.BatchSize, "ids.Count");
        return reader.ReadContentsAsync(ids, cancellationToken);
    }

    public ValueTask<IReadOnlyList<WorkerInfo>> GetWorkersAsync(CancellationToken cancellationToken = default) => reader.ReadWorkersAsync(cancellationToken);

    public async ValueTask<IReadOnlyList<TaskTypeInfo>> GetTypesAsync(CancellationToken cancellationToken = default)
    {
        var stored = (await reader.ReadTypesAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(type => type.Name, StringComparer.Ordinal);
        var workers = (await reader.ReadWorkersAsync(cancellationToken).ConfigureAwait(false)).Where(worker => worker.IsLive).ToList();

        // If something is counted, a type without stored tasks has none.
        var isCounted = stored.Values.All(type => type.Queued is not null);
        foreach (var (type, isHandled) in types?.Described ?? [])
        {
            var known = stored.GetValueOrDefault(type.Type) ?? new TaskTypeInfo { Name = type.Type, Queued = isCounted ? 0 : null };
            stored[type.Type] = known with { Description = type.Description, HandledHere = isHandled };
        }

        return
        [
            .. stored.Values.OrderBy(type => type.Name, StringComparer.Ordinal)
                .Select(type => type with { LiveWorkers = workers.Count(worker => worker.Types?.Contains(type.Name) != false) }),
        ];
    }

    public ValueTask<TaskPage> QueryAsync(TaskQuery query, CancellationToken cancellationToken = default)
    {
        QueryRules.Check(query);
        return reader.QueryAsync(query, cancellationToken);
    }

    public ValueTask<TaskCounts> CountAsync(CancellationToken cancellationToken = default) => reader.CountAsync(cancellationToken);

    public async ValueTask<long> GetFinishSequenceAsync(CancellationToken cancellationToken = default) =>
        (await reader.ReadHorizonAsync(cancellationToken).ConfigureAwait(false)).Sequence;

    public ValueTask<WaitSummary> WaitAsync(TaskSelector selector, WaitOptions? options = null, CancellationToken cancellationToken = default) =>
        WaitAsync(selector, options, waiting: null, cancellationToken);

    /// <summary>The same for the attempt that waits.</summary>
    public ValueTask<WaitSummary> WaitAsync(TaskSelector selector, WaitOptions? options, Lease? waiting, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(selector);
        options ??= new WaitOptions();
        if (selector.Ids is { Count: > Limits.SelectorIds })
        {
            throw new ArgumentException($"selector holds {selector.Ids.Count} ids; at most {Limits.SelectorIds} are allowed.", nameof(selector));
        }

        if (options.Timeout < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Timeout, "Timeout must not be negative.");
        }

        return store.WaitAsync(selector, options, waiting, cancellationToken);
    }

    public async IAsyncEnumerable<TaskFinished> WatchAsync(long fromSequence = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromSequence);
        var next = fromSequence;
        while (true)
        {
            // Before the read: what finishes during it makes the wait below return at once.
            var seen = signals.Finished.Version;
            var page = await reader.ReadFinishedAsync(next, cancellationToken).ConfigureAwait(false);
            if (next <= page.Horizon.PrunedThrough && page.Horizon.PrunedThrough > 0)
            {
                throw new HistoryPrunedException(next, page.Horizon.PrunedThrough + 1);
            }

            foreach (var finish in page.Tasks)
            {
                cancellationToken.ThrowIfCancellationRequested();
                next = finish.Sequence + 1;
                yield return finish;
            }

            if (!page.MayBeMore)
            {
                await signals.WaitAsync(signals.Finished, seen, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public IAsyncEnumerable<long> WatchChangesAsync(TimeSpan minInterval, CancellationToken cancellationToken = default)
    {
        if (minInterval < TimeSpan.Zero || minInterval > Limits.ChangeInterval)
        {
            throw new ArgumentOutOfRangeException(
                nameof(minInterval), minInterval, $"{nameof(minInterval)} must be between 0 and {Limits.ChangeInterval.TotalDays:0} day.");
        }

        return WatchCheckedAsync(minInterval, cancellationToken);
    }

    public ValueTask<IReadOnlyList<QueueRequest>> GetRequestsAsync(TaskId id, CancellationToken cancellationToken = default) =>
        reader.ReadRequestsAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<QueueRequest>> GetRequestLogAsync(int limit = 100, long? before = null, CancellationToken cancellationToken = default)
    {
        Check.Between(limit, 1, Limits.LoggedRequests, nameof(limit));
        return reader.ReadRequestLogAsync(before ?? long.MaxValue, limit, cancellationToken);
    }

    public ValueTask<QueueVerification> VerifyAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return reader.VerifyAsync(cancellationToken);
    }

    private async IAsyncEnumerable<long> WatchCheckedAsync(TimeSpan minInterval, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Also between two waits: the store would end its own watch and begin it again each time.
        using var attending = signals.BeginAttendance();
        long? told = null;
        while (true)
        {
            // Before the read: what is committed during it makes the wait below return at once.
            var seen = signals.Changed.Version;
            var change = await reader.ReadChangeAsync(cancellationToken).ConfigureAwait(false);
            if (change == told)
            {
                await signals.Changed.WaitAsync(seen, cancellationToken).ConfigureAwait(false);
                continue;
            }

            using var interval = new WaitTimeout(time, minInterval);
            told = change;
            yield return change;
            await PauseAsync(interval, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until the interval is over; the end of the queue ends the wait.</summary>
    private async ValueTask PauseAsync(WaitTimeout interval, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, interval.Token);
        try
        {
            await signals.Closing.WaitAsync(signals.Closing.Version, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (interval.IsOver && !cancellationToken.IsCancellationRequested)
        {
        }
    }
}
