using System.Globalization;
using DurableQueue.Queueing;
using DurableQueue.Storage;
using Xunit;

namespace DurableQueue.Tests.Queueing;

public sealed class ScheduleReadingTests
{
    private const long HourMs = 3_600_000;

    private static readonly NewSchedule Noon = new("noon", "0 12 * * *", new NewTask("report", "p"u8.ToArray()) { Label = "l" })
    {
        TimeZone = "Europe/Berlin",
        Missed = MissedRunPolicy.Skip,
    };

    [Fact]
    public void ToInfo_Record_IsWhatIsStored()
    {
        var record = Record(Noon, declared: "fingerprint", failures: 3, last: "2026-01-05T11:00");

        var info = ScheduleReading.ToInfo(record);

        Assert.Equal(("noon", "0 12 * * *", "Europe/Berlin", MissedRunPolicy.Skip), (info.Name, info.Schedule.Expression, info.Schedule.TimeZone, info.Schedule.Missed));
        Assert.Equal(("report", "l", "p"), (info.Schedule.Task.Type, info.Schedule.Task.Label, System.Text.Encoding.UTF8.GetString(info.Schedule.Task.Payload.Span)));
        Assert.Equal((false, true, 3), (info.Paused, info.Declared, info.ConsecutiveFailures));
        Assert.Equal((Ms("2026-01-05T11:00"), Ms("2026-01-01T00:00"), Ms("2026-01-02T00:00")), (Ms(info.LastOccurrence), Ms(info.CreatedAt), Ms(info.UpdatedAt)));
        Assert.Null(info.PausedAt);
        Assert.False(ScheduleReading.ToInfo(Record(Noon)).Declared);
    }

    [Fact]
    public void ToInfo_SameRulesAsStored_FiresWhenItWasStored()
    {
        // The stored time is that of a jitter which has changed since: it stays what it is until the next occurrence.
        var info = ScheduleReading.ToInfo(Record(Noon, next: "2026-01-06T11:00", fire: "2026-01-06T11:07", after: "2026-01-05T11:00", offset: 1));

        Assert.Equal((Ms("2026-01-06T11:00"), Ms("2026-01-06T11:07")), (Ms(info.NextOccurrence), Ms(info.NextFireAt)));
    }

    [Fact]
    public void ToInfo_RulesOfTheZoneHaveChanged_GoesByTheRulesOfNow()
    {
        // Noon was at 12:00 UTC when it was stored, and is at 11:00 UTC now.
        var info = ScheduleReading.ToInfo(Record(Noon, next: "2026-01-06T12:00", fire: "2026-01-06T12:07", after: "2026-01-05T12:00", offset: 0));

        Assert.Equal((Ms("2026-01-06T11:00"), Ms("2026-01-06T11:00")), (Ms(info.NextOccurrence), Ms(info.NextFireAt)));
    }

    [Fact]
    public void ToInfo_ScheduleThatHasEnded_HasNoNext()
    {
        var ended = Noon with { EndsAt = DateTimeOffset.FromUnixTimeMilliseconds(Ms("2026-01-05T11:00")) };

        var info = ScheduleReading.ToInfo(Record(ended, next: "2026-01-06T11:00", fire: "2026-01-06T11:00", after: "2026-01-05T11:00", offset: 1));

        Assert.Equal((null, null), (info.NextOccurrence, info.NextFireAt));
    }

    [Fact]
    public void ToInfo_Paused_HasAReasonAndNoNext()
    {
        var info = ScheduleReading.ToInfo(Record(Noon, next: "2026-01-06T11:00", fire: "2026-01-06T11:07", pausedAt: "2026-01-05T13:00"));

        Assert.Equal((true, "no disk", Ms("2026-01-05T13:00")), (info.Paused, info.PauseReason, Ms(info.PausedAt)));
        Assert.Equal((null, null), (info.NextOccurrence, info.NextFireAt));
    }

    [Fact]
    public void ToInfo_ZoneThatThisMachineDoesNotKnow_ShowsWhatIsStored()
    {
        var record = Record(Noon with { TimeZone = "Mars/Base" }, next: "2026-01-06T11:00", fire: "2026-01-06T11:07", after: "2026-01-05T11:00");

        var info = ScheduleReading.ToInfo(record);

        Assert.Equal((Ms("2026-01-06T11:00"), Ms("2026-01-06T11:07"), "Mars/Base"), (Ms(info.NextOccurrence), Ms(info.NextFireAt), info.Schedule.TimeZone));
        Assert.Equal("TimeZone", Assert.Throws<ArgumentException>(() => ScheduleReading.TimesOf(record)).ParamName);
    }

    [Fact]
    public void TimesOf_Every_CountsFromTheStoredAnchor() =>
        Assert.Equal(Ms("2026-01-01T02:00"), ScheduleReading.TimesOf(Record(Noon with { Expression = "@every 1h" })).Next(Ms("2026-01-01T01:00")));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"expression\":1}")]
    [InlineData("{\"expression\":\"\\ud800\"}")]
    [InlineData("{\"expression\":\"@daily\",\"time_zone\":\"UTC\",\"jitter_ms\":99999999999999999999}")]
    [InlineData("{\"expression\":\"@daily\",\"time_zone\":\"UTC\",\"task\":{\"estimated_cost\":{\"amount\":1e99}}}")]
    [InlineData("{\"expression\":\"@daily\",\"time_zone\":\"UTC\",\"task\":{\"metadata\":[]}}")]
    [InlineData("{\"expression\":\"@daily\",\"time_zone\":\"UTC\",\"task\":{\"metadata\":{\"a\":1}}}")]
    [InlineData("{\"expression\":\"@daily\",\"time_zone\":\"UTC\",\"task\":null}")]
    [InlineData("{\"expression\":\"@daily\",\"time_zone\":\"UTC\",\"missed\":\"Never\",\"task\":{}}")]
    public void ToInfo_DamagedDefinition_SaysWhichScheduleAndWhatToDo(string definition)
    {
        var record = new ScheduleRecord { Name = "noon", Definition = definition };

        foreach (var error in new[] { Assert.Throws<QueueStorageException>(() => ScheduleReading.ToInfo(record)), Assert.Throws<QueueStorageException>(() => ScheduleReading.TimesOf(record)) })
        {
            Assert.Equal(QueueStorageError.Corrupt, error.Error);
            Assert.StartsWith("The stored schedule 'noon' cannot be read (", error.Message, StringComparison.Ordinal);
            Assert.EndsWith("). Verify the queue, and repair it.", error.Message, StringComparison.Ordinal);
            Assert.NotNull(error.InnerException);
        }
    }

    private static ScheduleRecord Record(
        NewSchedule schedule, string? next = null, string? fire = null, string? after = null, int offset = 0, string? pausedAt = null, string? declared = null,
        int failures = 0, string? last = null) => new()
    {
        Name = schedule.Name,
        Definition = StoredSchedule.Write(schedule),
        Payload = schedule.Task.Payload.ToArray(),
        Declared = declared,
        AnchorMs = Ms("2026-01-01T00:00"),
        Paused = pausedAt is not null,
        PauseReason = pausedAt is null ? null : "no disk",
        PausedAtMs = pausedAt is null ? null : Ms(pausedAt),
        Failures = failures,
        NextOccurrenceMs = next is null ? null : Ms(next),
        NextAfterMs = after is null ? null : Ms(after),
        NextAfterOffsetMs = offset * HourMs,
        NextFireMs = fire is null ? null : Ms(fire),
        LastOccurrenceMs = last is null ? null : Ms(last),
        CreatedAtMs = Ms("2026-01-01T00:00"),
        UpdatedAtMs = Ms("2026-01-02T00:00"),
    };

    private static long Ms(string time) => DateTimeOffset.Parse($"{time}Z", CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    private static long Ms(DateTimeOffset? time) => time!.Value.ToUnixTimeMilliseconds();
}
