using Dapper;
using DurableQueue.Queueing;
using DurableQueue.Schedules;
using DurableQueue.Sqlite.Operations;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>The schedules, as users see them.</summary>
internal sealed class SqliteTaskSchedules(Writer writer, Readers readers, ScheduleRules rules, TimeProvider time) : ITaskSchedules
{
    private const string SelectAll =
        """
        SELECT id AS Id, name AS Name, definition AS Definition, declared AS Declared, anchor_at_ms AS AnchorMs, paused AS Paused,
               pause_reason AS PauseReason, paused_at_ms AS PausedAtMs, failures AS Failures, next_occurrence_at_ms AS NextOccurrenceMs,
               next_after_ms AS NextAfterMs, coalesce(next_after_offset_ms, 0) AS NextAfterOffsetMs, next_fire_at_ms AS NextFireMs, last_occurrence_at_ms AS LastOccurrenceMs, created_at_ms AS CreatedAtMs, updated_at_ms AS UpdatedAtMs,
               payload AS Payload
        FROM schedule
        """;

    private const string SelectOne = SelectAll + " WHERE name = @name";

    private const string SelectRuns =
        """
        SELECT occurs_at_ms AS OccursAtMs, fired_at_ms AS FiredAtMs, result AS Result, manual AS Manual, task_id AS TaskId, outcome AS Outcome,
               finished_at_ms AS FinishedAtMs, missed_until_ms AS MissedUntilMs
        FROM schedule_run WHERE schedule_id = @id ORDER BY id DESC LIMIT @limit
        """;

    private const string PausedByHand = "Paused by hand.";

    public async ValueTask AddAsync(NewSchedule schedule, CancellationToken cancellationToken = default) =>
        await writer.RunAsync(new AddSchedule(rules.CheckNew(schedule), declare: false), cancellationToken).ConfigureAwait(false);

    public ValueTask<ScheduleDeclaration> DeclareAsync(NewSchedule schedule, CancellationToken cancellationToken = default) =>
        writer.RunAsync(new AddSchedule(rules.Check(schedule), declare: true), cancellationToken);

    public ValueTask EditAsync(string name, ScheduleEdit edit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(edit);
        return DoAsync(name, new EditSchedule(name, edit, rules), cancellationToken);
    }

    public ValueTask RemoveAsync(string name, CancellationToken cancellationToken = default) => DoAsync(name, new RemoveSchedule(name), cancellationToken);

    public ValueTask PauseAsync(string name, string? reason = null, CancellationToken cancellationToken = default)
    {
        Check.Note(reason, nameof(reason), Limits.ReasonLength);
        return DoAsync(name, new PauseSchedule(name, string.IsNullOrEmpty(reason) ? PausedByHand : reason), cancellationToken);
    }

    public ValueTask ResumeAsync(string name, CancellationToken cancellationToken = default) => DoAsync(name, new ResumeSchedule(name), cancellationToken);

    public ValueTask<TaskId> RunNowAsync(string name, CancellationToken cancellationToken = default)
    {
        Check.Name(name, nameof(name));
        return writer.RunAsync(new RunScheduleNow(name), cancellationToken);
    }

    public ValueTask<ScheduleInfo?> GetAsync(string name, CancellationToken cancellationToken = default)
    {
        Check.Name(name, nameof(name));
        return readers.ReadAsync(connection => Find(connection, name)?.ToInfo(), cancellationToken);
    }

    public ValueTask<IReadOnlyList<ScheduleInfo>> ListAsync(CancellationToken cancellationToken = default) =>
        readers.ReadAsync(
            IReadOnlyList<ScheduleInfo> (SqliteConnection connection) =>
                [.. connection.Query<Row>(SelectAll).Select(row => row.ToInfo()).OrderBy(schedule => schedule.Name, StringComparer.Ordinal)],
            cancellationToken);

    public ValueTask<IReadOnlyList<ScheduleOccurrence>> GetNextAsync(string name, int count, CancellationToken cancellationToken = default)
    {
        Check.Name(name, nameof(name));
        CheckCount(count);
        return readers.ReadAsync(
            connection =>
            {
                var row = Require(connection, name);
                var times = row.Times();
                var next = row.Paused ? times.Next(time.GetUtcNow().ToUnixTimeMilliseconds()) : times.NextOf(row.Next);
                return next is { } first ? times.List(first - 1, count) : [];
            },
            cancellationToken);
    }

    public IReadOnlyList<ScheduleOccurrence> Preview(NewSchedule schedule, int count)
    {
        CheckCount(count);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return rules.Check(schedule).TimesFrom(now).List(now, count);
    }

    public ValueTask<IReadOnlyList<ScheduleRun>> GetRunsAsync(string name, int limit = 100, CancellationToken cancellationToken = default)
    {
        Check.Name(name, nameof(name));
        Check.Between(limit, 1, Limits.ScheduleRuns, nameof(limit));
        return readers.ReadAsync(
            IReadOnlyList<ScheduleRun> (SqliteConnection connection) =>
                [.. connection.Query<RunRow>(SelectRuns, new { id = Require(connection, name).Id, limit }).Select(row => row.ToRun())],
            cancellationToken);
    }

    private static void CheckCount(int count) => Check.Between(count, 1, Limits.SchedulePreview, nameof(count));

    private static Row? Find(SqliteConnection connection, string name) => connection.QueryFirstOrDefault<Row>(SelectOne, new { name });

    private static Row Require(SqliteConnection connection, string name) => Find(connection, name) ?? throw new ScheduleNotFoundException(name);

    private async ValueTask DoAsync(string name, WriteOperation<bool> operation, CancellationToken cancellationToken)
    {
        Check.Name(name, nameof(name));
        await writer.RunAsync(operation, cancellationToken).ConfigureAwait(false);
    }

    private sealed class Row
    {
        public long Id { get; init; }

        public string Name { get; init; } = "";

        public string Definition { get; init; } = "";

        public string? Declared { get; init; }

        public long AnchorMs { get; init; }

        public bool Paused { get; init; }

        public string? PauseReason { get; init; }

        public long? PausedAtMs { get; init; }

        public int Failures { get; init; }

        public long? NextOccurrenceMs { get; init; }

        public long? NextAfterMs { get; init; }

        public long NextAfterOffsetMs { get; init; }

        public long? NextFireMs { get; init; }

        public long? LastOccurrenceMs { get; init; }

        public long CreatedAtMs { get; init; }

        public long UpdatedAtMs { get; init; }

        public byte[] Payload { get; init; } = [];

        public StoredNext Next => new(NextOccurrenceMs, NextAfterMs, NextAfterOffsetMs);

        public ScheduleTimes Times() => TimesOf(Read());

        public ScheduleInfo ToInfo()
        {
            var schedule = Read();
            var (next, fire) = Paused ? (null, null) : NextOf(schedule);
            return ToInfo(schedule, next, fire);
        }

        private NewSchedule Read() => StoredSchedule.Read(Name, Definition, Payload);

        private ScheduleTimes TimesOf(NewSchedule schedule) => ScheduleTimes.Of(schedule, AnchorMs);

        /// <summary>By the rules of now, as <see cref="GetNextAsync"/> says and as it is fired.</summary>
        private (long? Occurrence, long? Fire) NextOf(NewSchedule schedule)
        {
            try
            {
                var times = TimesOf(schedule);
                return times.NextOf(Next) is not { } next ? (null, null) : next == NextOccurrenceMs ? (next, NextFireMs) : (next, times.FireAt(next));
            }
            catch (ArgumentException)
            {
                // This machine does not know the time zone.
                return (NextOccurrenceMs, NextFireMs);
            }
        }

        private ScheduleInfo ToInfo(NewSchedule schedule, long? nextMs, long? fireMs) => new()
        {
            Schedule = schedule,
            Paused = Paused,
            PauseReason = PauseReason,
            PausedAt = Queueing.Times.FromMs(PausedAtMs),
            ConsecutiveFailures = Failures,
            NextOccurrence = Queueing.Times.FromMs(nextMs),
            NextFireAt = Queueing.Times.FromMs(fireMs),
            LastOccurrence = Queueing.Times.FromMs(LastOccurrenceMs),
            Declared = Declared is not null,
            CreatedAt = Queueing.Times.FromMs(CreatedAtMs),
            UpdatedAt = Queueing.Times.FromMs(UpdatedAtMs),
        };
    }

    private sealed class RunRow
    {
        public long OccursAtMs { get; init; }

        public long FiredAtMs { get; init; }

        public long Result { get; init; }

        public bool Manual { get; init; }

        public long? TaskId { get; init; }

        public long Outcome { get; init; }

        public long? FinishedAtMs { get; init; }

        public long? MissedUntilMs { get; init; }

        public ScheduleRun ToRun() => new()
        {
            OccursAt = Times.FromMs(OccursAtMs),
            FiredAt = Times.FromMs(FiredAtMs),
            Result = (ScheduleRunResult)Result,
            Manual = Manual,
            Task = TaskId is { } id ? new TaskId(id) : null,
            Outcome = (TaskOutcome)Outcome,
            FinishedAt = Times.FromMs(FinishedAtMs),
            MissedUntil = Times.FromMs(MissedUntilMs),
        };
    }
}
