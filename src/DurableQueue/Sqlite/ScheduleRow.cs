using System.Text.Json;
using DurableQueue.Queueing;
using DurableQueue.Schedules;

namespace DurableQueue.Sqlite;

/// <summary>A schedule as operations read it.</summary>
internal sealed class ScheduleRow
{
    private const string SelectByName =
        "SELECT id, name, definition, declared, anchor_at_ms, paused, next_occurrence_at_ms, payload FROM schedule WHERE name = @name";

    private const string SelectById =
        "SELECT id, name, definition, declared, anchor_at_ms, paused, next_occurrence_at_ms, payload FROM schedule WHERE id = @id";

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
        NextOccurrenceMs = row.NullableLong(6);
        payload = row.Blob(7);
    }

    public long Id { get; }

    public string Name { get; }

    /// <summary>The fingerprint of what code declared last.</summary>
    public string? Declared { get; }

    public long AnchorMs { get; }

    public bool Paused { get; }

    public long? NextOccurrenceMs { get; }

    public static ScheduleRow? Find(WriteConnection db, string name) => Read(db[SelectByName].Bind("@name", name));

    public static ScheduleRow? Find(WriteConnection db, long id) => Read(db[SelectById].Bind("@id", id));

    public static ScheduleRow Require(WriteConnection db, string name) => Find(db, name) ?? throw new ScheduleNotFoundException(name);

    /// <exception cref="JsonException">The stored settings cannot be read.</exception>
    public NewSchedule ToSchedule() => StoredSchedule.Read(Name, definition, payload);

    public ScheduleTimes TimesOf(NewSchedule schedule) => ScheduleTimes.Of(schedule, AnchorMs);

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
