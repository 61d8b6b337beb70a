using DurableQueue.Queueing;
using DurableQueue.Storage;
using NpgsqlTypes;

namespace DurableQueue.PostgreSql;

/// <summary>Claims the best ready tasks.</summary>
internal sealed class CheckoutCall(CheckoutRequest request, int most, IDisposable counted) : MergedCall<IReadOnlyList<LeasedTask>>(counted)
{
    private const string Sql =
        """
        SELECT place, id, type, group_name, rank, attempt, max_attempts, token, lease_ms, timeout_ms, enqueued_at_ms, label, metadata, trace_parent, trace_state,
               payload, checkpoint, now_ms, worker_id, next_deadline_ms, kept
        FROM durable_queue.checkout($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        """;

    public CheckoutRequest Request { get; } = request;

    public int Most { get; } = most;

    public bool AsksForTheSame(CheckoutCall other) =>
        ReferenceEquals(Request, other.Request)
        || (Request.Worker == other.Request.Worker
            && Request.LeaseDuration == other.Request.LeaseDuration
            && Request.Capacity == other.Request.Capacity
            && AreSame(Request.Groups, other.Request.Groups)
            && AreSame(Request.Types, other.Request.Types));

    /// <param name="database">The queue's.</param>
    /// <param name="nowMs">The time, if it is not the server's.</param>
    /// <param name="mayReap">Whether leases may be taken back now.</param>
    /// <param name="workers">The workers of this queue.</param>
    /// <param name="calls">At least one, all for the same.</param>
    /// <param name="completions">What is completed before.</param>
    public static async Task<Outcome> SendAsync(
        Database database, long? nowMs, bool mayReap, Workers workers, IReadOnlyList<CheckoutCall> calls, IReadOnlyList<TaskCompletion> completions)
    {
        var request = calls[0].Request;
        var (known, process) = (workers.Find(request), workers.Process);
        var rows = await database.ReadAsync(
            Sql,
            parameters => CompleteCall.Bind(parameters, completions)
                .With(nowMs)
                .With(mayReap)
                .With(calls.Sum(call => call.Most))
                .With(NewTaskRules.LeaseMs(request.LeaseDuration, nameof(request.LeaseDuration)))
                .With(request.Types?.ToArray(), NpgsqlDbType.Text)
                .With(request.Groups?.ToArray(), NpgsqlDbType.Text)
                .With(request.Worker)
                .With(known)
                .With(process.Host)
                .With(process.BootId)
                .With(process.Pid)
                .With(process.StartedAt)
                .With(workers.Instance)
                .With(request.Capacity),
            Row.Read,
            CancellationToken.None).ConfigureAwait(false);
        var state = rows.Single(row => row.Task is null);
        if (known is null && state.WorkerId is { } worker)
        {
            workers.Stored(request, worker);
        }

        var tasks = rows.Where(row => row.Task is not null).OrderBy(row => row.Place).Select(row => row.Task!).ToArray();
        var next = 0;
        foreach (var call in calls)
        {
            var end = Math.Min(tasks.Length, next + call.Most);
            call.Give(tasks[next..end]);
            next = end;
        }

        return new Outcome(tasks.Length > 0, state.NextDeadlineMs, state.Kept);
    }

    private static bool AreSame(IReadOnlyList<string>? x, IReadOnlyList<string>? y) =>
        x is null || y is null ? x is null && y is null : x.SequenceEqual(y);

    /// <param name="AnyTaken">Tasks were claimed.</param>
    /// <param name="NextDeadlineMs">When the next delay ends or the next lease expires.</param>
    /// <param name="Kept">Of each completion, whether its lease still held.</param>
    public sealed record Outcome(bool AnyTaken, long? NextDeadlineMs, bool[]? Kept);

    private sealed record Row(int Place, LeasedTask? Task, long? WorkerId, long? NextDeadlineMs, bool[]? Kept)
    {
        public static Row Read(Cells cells)
        {
            var (place, id, type, group, rank) = (cells.Int(), cells.NullableLong(), cells.NullableText(), cells.NullableText(), cells.NullableLong());
            var (attempt, maxAttempts, token, leaseMs) = (cells.NullableInt(), cells.NullableInt(), cells.NullableLong(), cells.NullableLong());
            var (timeoutMs, enqueuedAtMs, label, metadata) = (cells.NullableLong(), cells.NullableLong(), cells.NullableText(), cells.NullableText());
            var (traceParent, traceState, payload, checkpoint) = (cells.NullableText(), cells.NullableText(), cells.NullableBytes(), cells.NullableBytes());
            var (nowMs, workerId, nextDeadlineMs, kept) = (cells.Long(), cells.NullableLong(), cells.NullableLong(), cells.NullableArray<bool[]>());
            if (id is null)
            {
                return new Row(place, null, workerId, nextDeadlineMs, kept);
            }

            return new Row(
                place,
                new LeasedTask
                {
                    Id = new TaskId(id.Value),
                    Type = type!,
                    Group = group!,
                    Priority = (int)-rank!.Value,
                    Attempt = attempt!.Value,
                    MaxAttempts = maxAttempts!.Value,
                    Lease = new Lease(new TaskId(id.Value), token!.Value, Times.FromMs(nowMs + leaseMs!.Value)),
                    LeaseDuration = Times.SpanFromMs(leaseMs.Value),
                    Timeout = timeoutMs is { } timeout ? Times.SpanFromMs(timeout) : null,
                    EnqueuedAt = Times.FromMs(enqueuedAtMs!.Value),
                    Label = label,
                    Metadata = StoredJson.ReadMetadata(metadata),
                    TraceParent = traceParent,
                    TraceState = traceState,
                    Payload = payload,
                    Checkpoint = checkpoint is null ? default(ReadOnlyMemory<byte>?) : checkpoint,
                    AttemptToken = token.Value,
                    StartedAt = Times.FromMs(nowMs),
                },
                workerId,
                nextDeadlineMs,
                kept);
        }
    }
}
