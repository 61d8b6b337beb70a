using DurableQueue.Queueing;
using DurableQueue.Sqlite.Operations;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>The schedules.</summary>
internal sealed class SqliteScheduleStore(Writer writer, Readers readers) : IScheduleStore
{
    private const string SelectAll =
        """
        SELECT name AS Name, definition AS Definition, declared AS Declared, anchor_at_ms AS AnchorMs, paused AS Paused,
               pause_reason AS PauseReason, paused_at_ms AS PausedAtMs, failures AS Failures, next_occurrence_at_ms AS NextOccurrenceMs,
               next_after_ms AS NextAfterMs, coalesce(next_after_offset_ms, 0) AS NextAfterOffsetMs, next_fire_at_ms AS NextFireMs,
               last_occurrence_at_ms AS LastOccurrenceMs, created_at_ms AS CreatedAtMs, updated_at_ms AS UpdatedAtMs, payload AS Payload
        FROM schedule
        """;

    private const string SelectOne = SelectAll + " WHERE name = @name";

    private const string SelectRuns =
        """
        SELECT occurs_at_ms AS OccursAtMs, fired_at_ms AS FiredAtMs, result AS Result, manual AS Manual, task_id AS TaskId, outcome AS Outcome,
               finished_at_ms AS FinishedAtMs, missed_until_ms AS MissedUntilMs
        FROM schedule_run WHERE schedule_id = @id ORDER BY id DESC LIMIT @limit
        """;

    private const string SelectId = "SELECT id FROM schedule WHERE name = @name";

    public async ValueTask AddAsync(CheckedSchedule schedule, CancellationToken cancellationToken) =>
        await writer.RunAsync(new AddSchedule(schedule, declare: false), cancellationToken).ConfigureAwait(false);

    public ValueTask<ScheduleDeclaration> DeclareAsync(CheckedSchedule schedule, CancellationToken cancellationToken) =>
        writer.RunAsync(new AddSchedule(schedule, declare: true), cancellationToken);

    public ValueTask EditAsync(string name, Func<NewSchedule, CheckedSchedule> change, CancellationToken cancellationToken) =>
        writer.DoAsync(new EditSchedule(name, change), cancellationToken);

    public ValueTask RemoveAsync(string name, CancellationToken cancellationToken) => writer.DoAsync(new RemoveSchedule(name), cancellationToken);

    public ValueTask PauseAsync(string name, string reason, CancellationToken cancellationToken) =>
        writer.DoAsync(new PauseSchedule(name, reason), cancellationToken);

    public ValueTask ResumeAsync(string name, CancellationToken cancellationToken) => writer.DoAsync(new ResumeSchedule(name), cancellationToken);

    public ValueTask<TaskId> RunNowAsync(string name, CancellationToken cancellationToken) => writer.RunAsync(new RunScheduleNow(name), cancellationToken);

    public ValueTask<ScheduleRecord?> FindAsync(string name, CancellationToken cancellationToken) =>
        readers.ReadAsync(connection => connection.ReadFirst<ScheduleRecordRow>(SelectOne, s => s.Bind("@name", name))?.Record, cancellationToken);

    public ValueTask<IReadOnlyList<ScheduleRecord>> ReadAllAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync(IReadOnlyList<ScheduleRecord> (SqliteConnection connection) => [.. connection.ReadRows<ScheduleRecordRow>(SelectAll).Select(row => row.Record)], cancellationToken);

    public ValueTask<IReadOnlyList<ScheduleRun>> ReadRunsAsync(string name, int limit, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            IReadOnlyList<ScheduleRun> (SqliteConnection connection) =>
            {
                var id = connection.ReadNumber(SelectId, s => s.Bind("@name", name)) ?? throw new ScheduleNotFoundException(name);
                return [.. connection.ReadRows<RunRow>(SelectRuns, s => s.Bind("@id", id).Bind("@limit", limit)).Select(row => row.ToRun())];
            },
            cancellationToken);

    private sealed class ScheduleRecordRow(ScheduleRecord record) : IStoredRow<ScheduleRecordRow>
    {
        public ScheduleRecord Record => record;

        public static ScheduleRecordRow Read(StoredCells cells) => new(new ScheduleRecord
        {
            Name = cells.Text(),
            Definition = cells.Text(),
            Declared = cells.NullableText(),
            AnchorMs = cells.Long(),
            Paused = cells.Bool(),
            PauseReason = cells.NullableText(),
            PausedAtMs = cells.NullableLong(),
            Failures = cells.Int(),
            NextOccurrenceMs = cells.NullableLong(),
            NextAfterMs = cells.NullableLong(),
            NextAfterOffsetMs = cells.Long(),
            NextFireMs = cells.NullableLong(),
            LastOccurrenceMs = cells.NullableLong(),
            CreatedAtMs = cells.Long(),
            UpdatedAtMs = cells.Long(),
            Payload = cells.NullableBytes() ?? [],
        });
    }

    private sealed class RunRow : IStoredRow<RunRow>
    {
        public long OccursAtMs { get; init; }

        public long FiredAtMs { get; init; }

        public long Result { get; init; }

        public bool Manual { get; init; }

        public long? TaskId { get; init; }

        public long Outcome { get; init; }

        public long? FinishedAtMs { get; init; }

        public long? MissedUntilMs { get; init; }

        public static RunRow Read(StoredCells cells) => new()
        {
            OccursAtMs = cells.Long(),
            FiredAtMs = cells.Long(),
            Result = cells.Long(),
            Manual = cells.Bool(),
            TaskId = cells.NullableLong(),
            Outcome = cells.Long(),
            FinishedAtMs = cells.NullableLong(),
            MissedUntilMs = cells.NullableLong(),
        };

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
