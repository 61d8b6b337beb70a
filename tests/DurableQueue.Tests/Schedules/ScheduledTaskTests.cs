using System.Globalization;
using Xunit;

namespace DurableQueue.Tests.Schedules;

public sealed class ScheduledTaskTests
{
    private static readonly DateTimeOffset Occurs = new(2026, 3, 29, 3, 0, 0, 7, TimeSpan.FromHours(2));

    [Fact]
    public void Of_CultureWithOtherSeparators_WritesTheTimeInUtcAndReadsItBack()
    {
        // As in Finnish, but there where no cultures are installed.
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.DateTimeFormat.TimeSeparator, culture.DateTimeFormat.DateSeparator) = (".", ".");
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = culture;
            var task = ScheduledTask.Of(new NewSchedule("nightly", "@daily", new NewTask("report")), Occurs);

            Assert.Equal("2026-03-29T01:00:00.007Z", task.Metadata![NewSchedule.OccurrenceMetadataKey]);
            Assert.Equal("nightly", ScheduledTask.NameIn(task.Metadata));
            var read = ScheduledTask.OccurrenceIn(task.Metadata);
            Assert.Equal((Occurs, TimeSpan.Zero), (read!.Value, read.Value.Offset));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Of_TemplateWithMetadata_KeepsItAndLeavesTheTemplateAlone()
    {
        var metadata = new Dictionary<string, string> { ["team"] = "data", [NewSchedule.NameMetadataKey] = "another" };
        var template = new NewTask("report") { Label = "nightly report", Metadata = metadata };

        var task = ScheduledTask.Of(new NewSchedule("nightly", "@daily", template), Occurs);

        Assert.Equal(("data", "nightly"), (task.Metadata!["team"], task.Metadata[NewSchedule.NameMetadataKey]));
        Assert.Equal(template, task with { Metadata = metadata });
        Assert.Equal((2, "another"), (metadata.Count, metadata[NewSchedule.NameMetadataKey]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("2026-03-29")]
    [InlineData("2026-03-29T01:00:00Z")]
    [InlineData("2026-13-29T01:00:00.007Z")]
    public void OccurrenceIn_TaskThatNoScheduleEnqueued_IsNone(string? text)
    {
        var metadata = new Dictionary<string, string>();
        if (text is not null)
        {
            metadata[NewSchedule.OccurrenceMetadataKey] = text;
        }

        Assert.Null(ScheduledTask.OccurrenceIn(metadata));
        Assert.Null(ScheduledTask.NameIn(metadata));
    }
}
