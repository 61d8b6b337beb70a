using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Creates a schedule, or updates it to what code declares.</summary>
internal sealed class AddSchedule(CheckedSchedule given, bool declare) : WriteOperation<ScheduleDeclaration>
{
    private const string Insert =
        """
        INSERT INTO schedule (name, definition, declared, anchor_at_ms, paused, pause_reason, paused_at_ms, created_at_ms, updated_at_ms, payload)
        VALUES (@name, @definition, @declared, @anchor, @paused, @reason, @pausedAt, @now, @now, @payload)
        RETURNING id
        """;

    private const string SetDeclared = "UPDATE schedule SET declared = @declared WHERE id = @id";

    protected override ScheduleDeclaration Execute(WriteContext context)
    {
        var declared = declare ? given.Fingerprint() : null;
        if (ScheduleRow.Find(context.Db, given.Schedule.Name) is { } row)
        {
            if (!declare)
            {
                throw new ArgumentException($"Name: a schedule '{row.Name}' already exists.", nameof(NewSchedule.Name));
            }

            if (row.Declared == declared)
            {
                return ScheduleDeclaration.Unchanged;
            }

            context.Db[SetDeclared].Bind("@id", row.Id).Bind("@declared", declared).Run();
            EditSchedule.Set(context, row, given);
            return ScheduleDeclaration.Changed;
        }

        var paused = given.Schedule.Paused;
        var id = context.Db[Insert].Bind("@name", given.Schedule.Name)
            .Bind("@definition", given.Definition)
            .Bind("@declared", declared)
            .Bind("@anchor", context.NowMs)
            .Bind("@paused", paused)
            .Bind("@reason", paused ? "It was created paused." : null)
            .Bind("@pausedAt", paused ? context.NowMs : default(long?))
            .Bind("@now", context.NowMs)
            .Bind("@payload", given.Payload.Span)
            .Scalar()!.Value;
        if (!paused)
        {
            context.Schedules.SetNext(id, given.TimesFrom(context.NowMs), context.NowMs);
        }

        return ScheduleDeclaration.Created;
    }
}
