using System.Text.Json;
using DurableQueue.Queueing;
using DurableQueue.Schedules;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>A schedule as operations read it.</summary>
internal sealed class ScheduleRow
{
    private const string Columns =
        "id, name, definition, declared, anchor_at_ms, paused, next_occurrence_at_ms, next_after_ms, coalesce(next_after_offset_ms, 0), payload";

    private const string SelectByName = $"SELECT {Columns} FROM schedule WHERE name = @name";

    private const string SelectById = $"SELECT {Columns} FROM schedule WHERE id = @id";

    /// <summary>Those whose occurrences hang on the rules of a time zone.</summary>
    private const string SelectZoned =
        $"""
        SELECT {Columns} FROM schedule
        WHERE paused = 0 AND next_after_ms IS NOT NULL AND json_valid(definition) AND json_extract(definition, '$.time_zone') <> 'UTC'
        """;

    private readonly string definition;
    private readonly byte[] payload;

    private ScheduleRow(Statement row)
    {
        Id = row.Long(0);
        Name = row.Text(1);
        definition = row.Text(2);
        Declared = row.NullableText(3);
        AnchorMs = row.Long(4);
        Paused = row.Bool(5);
        Next = new StoredNext(row.NullableLong(6), row.NullableLong(7), row.Long(8));
        payload = row.Blob(9);
    }

    public long Id { get; }

    public string Name { get; }

    /// <summary>The fingerprint of what code declared last.</summary>
    public string? Declared { get; }

    public long AnchorMs { get; }

    public bool Paused { get; }

    public StoredNext Next { get; }

    public static ScheduleRow? Find(WriteConnection db, string name) => Read(db[SelectByName].Bind("@name", name));

    public static ScheduleRow? Find(WriteConnection db, long id) => Read(db[SelectById].Bind("@id", id));

    /// <summary>The schedules whose next occurrence is another one by the rules that this machine has for their time zones now.</summary>
    public static List<long> FindOutdated(SqliteConnection connection)
    {
        var outdated = new List<long>();
        using var select = new Statement(connection, SelectZoned);
        while (select.Step())
        {
            var row = new ScheduleRow(select);
            if (row.TryReadTimes() is { } times && times.NextOf(row.Next) != row.Next.OccurrenceMs)
            {
                outdated.Add(row.Id);
            }
        }

        return outdated;
    }

    public static ScheduleRow Require(WriteConnection db, string name) => Find(db, name) ?? throw new ScheduleNotFoundException(name);

    /// <exception cref="JsonException">The stored settings cannot be read.</exception>
    public NewSchedule ToSchedule() => StoredSchedule.Read(Name, definition, payload);

    public ScheduleTimes TimesOf(NewSchedule schedule) => ScheduleTimes.Of(schedule, AnchorMs);

    /// <returns><see langword="null"/> if the settings cannot be read, or this machine does not know the time zone: the attempt to fire it reports that.</returns>
    public ScheduleTimes? TryReadTimes()
    {
        try
        {
            return TimesOf(ToSchedule());
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException || UnreadableRow.Explains(e))
        {
            return null;
        }
    }

    private static ScheduleRow? Read(Statement select)
    {
        if (!select.Step())
        {
            return null;
        }

        var row = new ScheduleRow(select);
        select.Reset();
        return row;
    }
}
