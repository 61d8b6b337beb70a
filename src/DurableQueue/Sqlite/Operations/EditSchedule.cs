using System.Text.Json;
using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Changes the settings of a schedule.</summary>
internal sealed class EditSchedule(string name, Func<NewSchedule, CheckedSchedule> change) : WriteOperation<bool>
{
    private const string Update =
        "UPDATE schedule SET definition = @definition, anchor_at_ms = @anchor, updated_at_ms = @now, payload = @payload WHERE id = @id";

    protected override bool Execute(WriteContext context)
    {
        var row = ScheduleRow.Require(context.Db, name);
        Set(context, row, change(row.ToSchedule()));
        return true;
    }

    /// <summary>Replaces the settings of a schedule. Its pause, failures and runs stay, and also its next occurrence unless its times change.</summary>
    public static void Set(WriteContext context, ScheduleRow row, CheckedSchedule given)
    {
        var old = Read(row);
        var hasOtherTimes = old is null || given.HasOtherTimesThan(old);

        // A new end does not shift the times of an @every.
        var anchor = old?.Expression == given.Schedule.Expression ? row.AnchorMs : context.NowMs;
        context.Db[Update].Bind("@id", row.Id)
            .Bind("@definition", given.Definition)
            .Bind("@anchor", anchor)
            .Bind("@now", context.NowMs)
            .Bind("@payload", given.Payload.Span)
            .Run();
        if (hasOtherTimes && !row.Paused)
        {
            context.Schedules.SetNext(row.Id, given.TimesFrom(anchor), context.NowMs);
        }
    }

    /// <returns><see langword="null"/> if the stored settings cannot be read; a declaration replaces them.</returns>
    private static NewSchedule? Read(ScheduleRow row)
    {
        try
        {
            return row.ToSchedule();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
