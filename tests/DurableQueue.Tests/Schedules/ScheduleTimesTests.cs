using DurableQueue.Schedules;
using DurableQueue.Tests.Processes;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Schedules;

public sealed class ScheduleTimesTests(ITestOutputHelper output)
{
    private const long SecondMs = 1_000;
    private const long DayMs = 86_400_000;

    /// <summary>2026-01-01 00:00 UTC.</summary>
    private static readonly long Start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private static readonly string[] Zones =
        ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca", "America/Santiago", "Pacific/Chatham", "Europe/Dublin"];

    [Fact]
    public void Next_AnyExpressionInAnyZone_RisesStrictlyAndIsTheFirst()
    {
        var seed = Seed.Draw(output);
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var zone = Zones[random.Next(Zones.Length)];
            var expression = AnyExpression(random);
            var times = Of(expression, zone: zone);
            var at = Start + random.NextInt64(365 * DayMs * 10);
            for (var step = 0; step < 60 && times.Next(at) is { } next; step++)
            {
                Assert.True(next > at, $"{expression} in {zone}: {next} is not after {at}");

                // From anywhere in between it is the same: nothing lies in between.
                var between = at + random.NextInt64(next - at);
                var again = times.Next(between);
                Assert.True(next == again, $"{expression} in {zone}: {next} comes after {at}, but {again} after {between}");
                at = next;
            }
        }
    }

    [Fact]
    public void LatestDue_JitterThatHasNotPassed_IsTheOccurrenceBefore()
    {
        var schedule = new NewSchedule("nightly", "0 0 * * *", new NewTask("t")) { Jitter = TimeSpan.FromHours(12) };
        var times = ScheduleTimes.Of(schedule, 0);
        var today = Start + DayMs;

        Assert.Equal(Start, times.LatestDue(Start, times.FireAt(today) - 1));
        Assert.Equal(today, times.LatestDue(Start, times.FireAt(today)));
    }

    [Theory]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, false, false)]
    public void Ended_NoNextOccurrence_IsTrueUnlessPaused(bool paused, bool hasNext, bool expected)
    {
        var info = new ScheduleInfo { Schedule = new NewSchedule("s", "every 1h", new NewTask("t")), Paused = paused, NextOccurrence = hasNext ? DateTimeOffset.UnixEpoch : null };

        Assert.Equal(expected, info.Ended);
    }

    [Fact]
    public void Next_EachSecondOverAYear_CountsEverySecond()
    {
        // Real time runs on through every change: an expression that names each second fires each second.
        var times = Of("* * * * * *", zone: "Europe/Berlin");
        var at = new DateTimeOffset(2026, 10, 25, 0, 59, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        for (var second = 1; second < 4_000; second++)
        {
            Assert.Equal(at + SecondMs, times.Next(at));
            at += SecondMs;
        }
    }

    [Theory]
    [InlineData("* * * * * *")]
    [InlineData("*/7 * * * *")]
    [InlineData("0 3 * * *")]
    [InlineData("* * 3 * *")]
    [InlineData("0 0 29 2 *")]
    [InlineData("@every 90m")]
    [InlineData("@every 7s")]
    public void LatestDue_AnySpan_IsTheLastOfAWalk(string expression)
    {
        var random = new Random(17);
        var times = Of(expression);
        for (var round = 0; round < 20; round++)
        {
            var first = times.Next(Start + random.NextInt64(DayMs))!.Value;
            var now = first + random.NextInt64(expression.StartsWith("* * *", StringComparison.Ordinal) ? 2_000_000 : 5 * DayMs);
            var walked = first;
            while (times.Next(walked) is { } next && next <= now)
            {
                walked = next;
            }

            Assert.Equal(walked, times.LatestDue(first, now));
        }
    }

    [Fact]
    public void LatestDue_SecondsForYears_IsQuick()
    {
        var times = Of("* * * * * *");
        var now = Start + (3_650 * DayMs) + 1;

        Assert.Equal(now - 1, times.LatestDue(Start, now));
        Assert.Equal([now - 2_001, now - 1_001, now - 1], times.LastOf(Start, now - 1, 3));
    }

    [Theory]
    [InlineData("* * 3 * *", 5)]
    [InlineData("0 3 * * *", 4)]
    [InlineData("0 0 1 * *", 1_000)]
    [InlineData("@every 90m", 100)]
    public void LastOf_AnySpan_IsTheEndOfAWalk(string expression, int most)
    {
        var times = Of(expression);
        var all = new List<long>();
        for (var next = times.Next(Start); next <= Start + (40 * DayMs); next = times.Next(next.Value))
        {
            all.Add(next.Value);
        }

        Assert.Equal(all.TakeLast(most), times.LastOf(all[0], all[^1], most));
    }

    [Theory]
    [InlineData("* * * * *", 10)]
    [InlineData("* * * * *", 3_600)]
    [InlineData("0 3 * * *", 3_600)]
    [InlineData("@every 10s", 86_400)]
    public void FireAt_Jitter_IsLaterButNeverAsLateAsTheNext(string expression, int jitterSeconds)
    {
        var times = Of(expression, s => s with { Jitter = TimeSpan.FromSeconds(jitterSeconds) });
        var delays = new List<long>();
        var last = long.MinValue;
        var occurrence = times.Next(Start)!.Value;
        for (var i = 0; i < 500; i++)
        {
            var next = times.Next(occurrence)!.Value;
            var fire = times.FireAt(occurrence);
            Assert.InRange(fire - occurrence, 0, (jitterSeconds * SecondMs) - 1);
            Assert.True(fire > last && fire < next);
            Assert.Equal(fire, times.FireAt(occurrence));
            delays.Add(fire - occurrence);
            (last, occurrence) = (fire, next);
        }

        // Spread over what there is, not at one end of it.
        Assert.True(delays.Distinct().Count() > 250);
        Assert.InRange(delays.Average() / Math.Min(jitterSeconds * SecondMs, times.Next(occurrence)!.Value - occurrence), 0.4, 0.6);
    }

    [Fact]
    public void FireAt_SchedulesOfOneTime_AreSpread()
    {
        var fires = Enumerable.Range(0, 100)
            .Select(number => Of("0 3 * * *", s => s with { Name = $"job-{number}", Jitter = TimeSpan.FromMinutes(10) }))
            .Select(times => times.FireAt(Start + (3 * 3_600 * SecondMs)));

        Assert.True(fires.Distinct().Count() > 95);
    }

    [Theory]
    [InlineData("@every 90m", 90 * 60)]
    [InlineData("@every 1h30m", 90 * 60)]
    [InlineData("@every 1d", 86_400)]
    [InlineData("@every 1s", 1)]
    [InlineData("  @EVERY  2h 	", 7_200)]
    public void Every_FromItsAnchor_KeepsItsDistance(string expression, long seconds)
    {
        var times = Of(expression, anchor: Start + 5);

        Assert.Equal(Start + 5 + (seconds * SecondMs), times.Next(Start + 5));
        Assert.Equal(Start + 5 + (3 * seconds * SecondMs), times.Next(Start + 4 + (3 * seconds * SecondMs)));
    }

    [Fact]
    public void Every_OverAChangeOfTheClocks_GoesOnInRealTime()
    {
        var change = new DateTimeOffset(2026, 3, 29, 1, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        var times = Of("@every 30m", anchor: change - 3_600_000, zone: "Europe/Berlin");

        Assert.Equal([change - 1_800_000, change, change + 1_800_000], times.List(change - 3_600_000, 3).Select(o => o.OccursAt.ToUnixTimeMilliseconds()));
    }

    [Fact]
    public void StartAndEnd_AreIncluded()
    {
        var hour = 3_600 * SecondMs;
        var times = Of("0 * * * *", s => s with
        {
            StartsAt = DateTimeOffset.FromUnixTimeMilliseconds(Start + (2 * hour)),
            EndsAt = DateTimeOffset.FromUnixTimeMilliseconds(Start + (4 * hour)),
        });

        Assert.Equal(Start + (2 * hour), times.Next(Start - DayMs));
        Assert.Equal(Start + (4 * hour), times.Next(Start + (3 * hour)));
        Assert.Null(times.Next(Start + (4 * hour)));
        Assert.Null(times.Next(Start + (400 * DayMs)));
    }

    [Fact]
    public void Every_WithAStart_BeginsWithIt()
    {
        var times = Of("@every 1h", s => s with { StartsAt = DateTimeOffset.FromUnixTimeMilliseconds(Start + 7_000) }, anchor: Start - DayMs);

        Assert.Equal(Start + 7_000, times.Next(Start));
        Assert.Equal(Start + 7_000 + (3_600 * SecondMs), times.Next(Start + 7_000));
    }

    [Fact]
    public void NextOf_AnyChangeOfTheRules_GivesEachDayItsTimeOnce()
    {
        var seed = Seed.Draw(output);
        var random = new Random(seed);
        for (var round = 0; round < 1_000; round++)
        {
            var (oldOffset, newOffset) = (AnyOffset(random), AnyOffset(random));
            var schedule = new NewSchedule("s", $"{random.Next(60)} {random.Next(24)} * * *", new NewTask("t"));
            var (oldTimes, newTimes) = (ScheduleTimes.Of(schedule, 0, Clock(oldOffset)), ScheduleTimes.Of(schedule, 0, Clock(newOffset)));
            var fired = oldTimes.Next(Start + random.NextInt64(DayMs))!.Value;
            var stored = new StoredNext(oldTimes.Next(fired), fired, oldTimes.OffsetMs(fired));

            var next = newTimes.NextOf(stored)!.Value;

            // By the clocks of then and of now: the day after, at the same time.
            Assert.True(
                fired + oldTimes.OffsetMs(fired) + DayMs == next + newTimes.OffsetMs(next),
                $"{schedule.Expression}, from {oldOffset} to {newOffset}: fired at {fired}, next is {next}");
            Assert.True(next > fired);
        }
    }

    [Fact]
    public void NextOf_IntervalAndChangedRules_GoesOnAtItsPace()
    {
        var schedule = new NewSchedule("s", "*/30 * * * *", new NewTask("t"));
        var (oldTimes, newTimes) = (ScheduleTimes.Of(schedule, 0, Clock(TimeSpan.FromHours(2))), ScheduleTimes.Of(schedule, 0, Clock(TimeSpan.FromHours(1))));

        Assert.Equal(Start + (1_800 * SecondMs), newTimes.NextOf(new StoredNext(null, Start, oldTimes.OffsetMs(Start))));
    }

    [Fact]
    public void NextOf_WithoutWhatItComesAfter_IsWhatIsStored() => Assert.Equal(5, Of("0 3 * * *", zone: "Europe/Berlin").NextOf(new StoredNext(5, null, 0)));

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("* * * * * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * 32 * *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 8")]
    [InlineData("* * * * 8-7")]
    [InlineData("a b c d e")]
    [InlineData("*/0 * * * *")]
    [InlineData("*/-1 * * * *")]
    [InlineData("1- * * * *")]
    [InlineData("0 22-2 * * *")]
    [InlineData("0 0 * * FRI-MON")]
    [InlineData("0 0 * 11-2/2 *")]
    [InlineData("0 0 * * */x")]
    [InlineData("0 0 * * T")]
    [InlineData("0 0 * J *")]
    [InlineData("@reboot")]
    [InlineData("@every")]
    [InlineData("@every 0s")]
    [InlineData("@every 500ms")]
    [InlineData("@every -1h")]
    [InlineData("@every 1.5h")]
    [InlineData("@every 366d")]
    [InlineData("@every 999999999d999999999d")]
    [InlineData("@every 1h foo")]
    public void Of_ExpressionThatCannotBeRead_NamesIt(string expression)
    {
        var error = Assert.Throws<ArgumentException>(() => Of(expression));

        Assert.Equal(nameof(NewSchedule.Expression), error.ParamName);
        Assert.Contains($"'{expression}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Mars/Base")]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("Europe/Berlin ")]
    [InlineData("/usr/share/zoneinfo/UTC")]
    public void Of_UnknownZone_NamesIt(string zone)
    {
        var error = Assert.Throws<ArgumentException>(() => Of("@daily", zone: zone));

        Assert.Equal(nameof(NewSchedule.TimeZone), error.ParamName);
        Assert.Contains($"'{zone}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0 0 30 2 *")]
    [InlineData("0 0 31 4,6,9,11 *")]
    public void Next_DayThatNeverComes_IsNone(string expression)
    {
        Assert.Null(Of(expression).Next(Start));
        Assert.True(Of(expression).IsEmptyAfter(Start));
    }

    private static ScheduleTimes Of(string expression, Func<NewSchedule, NewSchedule>? settings = null, long? anchor = null, string zone = "UTC")
    {
        var schedule = new NewSchedule("s", expression, new NewTask("a")) { TimeZone = zone };
        return ScheduleTimes.Of(settings?.Invoke(schedule) ?? schedule, anchor ?? Start);
    }

    private static string AnyExpression(Random random)
    {
        if (random.Next(8) == 0)
        {
            return $"@every {random.Next(1, 5_000)}s";
        }

        var seconds = random.Next(3) == 0 ? $"{Field(random, 0, 59)} " : "";
        return $"{seconds}{Field(random, 0, 59)} {Field(random, 0, 23)} {(random.Next(3) == 0 ? Field(random, 1, 28) : "*")} "
            + $"{(random.Next(4) == 0 ? Field(random, 1, 12) : "*")} {(random.Next(4) == 0 ? Field(random, 0, 7) : "*")}";
    }

    private static string Field(Random random, int least, int most)
    {
        var from = random.Next(least, most + 1);
        return random.Next(5) switch
        {
            0 => "*",
            1 => $"*/{random.Next(1, most)}",
            2 => $"{from}-{random.Next(from, most + 1)}",
            3 => $"{from},{random.Next(least, most + 1)}",
            _ => $"{from}",
        };
    }

    private static TimeSpan AnyOffset(Random random) => TimeSpan.FromMinutes(15 * random.Next(-20, 21));

    private static ZoneClock Clock(TimeSpan offset) => new(TimeZoneInfo.CreateCustomTimeZone("test", offset, "test", "test"));
}
