using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Xunit;

namespace DurableQueue.Tests.Documentation;

/// <summary>docs/observability.md lists what the library really tells.</summary>
public sealed partial class ObservabilityDocTests
{
    private static readonly string Doc = File.ReadAllText(RepositoryRoot.File("docs", "observability.md"));

    private static readonly IReadOnlyList<(int Id, string Level, string Message)> Events =
    [
        .. from type in typeof(ITaskQueue).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
           let log = method.GetCustomAttribute<LoggerMessageAttribute>()
           where log is not null
           orderby log.EventId
           select (log.EventId, log.Level.ToString(), log.Message),
    ];

    [Fact]
    public void LogEvents_OfTheWholeLibrary_HaveIdsOfTheirOwn()
    {
        Assert.NotEmpty(Events);
        Assert.Equal(Events.Select(log => log.Id).Distinct(), Events.Select(log => log.Id));
    }

    [Fact]
    public void LogEvents_InTheDoc_AreThoseOfTheCode()
    {
        var listed = LogRows().Matches(Doc).Select(row => (
            int.Parse(row.Groups["id"].Value, System.Globalization.CultureInfo.InvariantCulture), row.Groups["level"].Value, row.Groups["message"].Value));

        Assert.Equal(Events, listed);
    }

    [Fact]
    public void Instruments_InTheDoc_AreThoseOfTheCode()
    {
        using var metrics = CollectedMetrics.OfQueue("documented");
        using var workers = CollectedMetrics.OfWorkers();
        using var queue = new DurableQueue.Queueing.QueueMetrics("documented");
        queue.Observe(() => [], TimeProvider.System);
        using var worker = new DurableQueue.Worker.WorkerTelemetry(TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var made = metrics.Instruments.Concat(workers.Instruments)
            .Select(instrument => (instrument.Name, Kind(instrument.GetType().Name), instrument.Unit ?? ""))
            .Distinct().Order();

        var listed = InstrumentRows().Matches(Doc).Select(row => (row.Groups["name"].Value, row.Groups["kind"].Value, row.Groups["unit"].Value)).Order();

        Assert.Equal(made, listed);
    }

    [Fact]
    public void Histograms_CarryAdviceThatFitsTheirUnit()
    {
        using var metrics = CollectedMetrics.OfQueue("advised");
        using var workers = CollectedMetrics.OfWorkers();
        using var queue = new DurableQueue.Queueing.QueueMetrics("advised");
        using var worker = new DurableQueue.Worker.WorkerTelemetry(TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var made = metrics.Instruments.Concat(workers.Instruments).ToArray();
        var times = made.OfType<System.Diagnostics.Metrics.Histogram<double>>().DistinctBy(histogram => histogram.Name).ToArray();

        Assert.Equal([DurableQueueTelemetry.CommitTime, DurableQueueTelemetry.RunTime, DurableQueueTelemetry.WaitTime], times.Select(histogram => histogram.Name).Order());
        Assert.All(times, histogram =>
        {
            var bounds = histogram.Advice!.HistogramBucketBoundaries!;
            Assert.Equal("s", histogram.Unit);
            Assert.Equal(bounds.Order(), bounds);

            // The bounds that listeners take otherwise begin at 5: all of a queue's times would be in the first one.
            Assert.True(bounds.Count(bound => bound < 1) >= 6, histogram.Name);
        });
        Assert.All(made.OfType<System.Diagnostics.Metrics.Histogram<int>>(), histogram => Assert.NotEmpty(histogram.Advice!.HistogramBucketBoundaries!));
    }

    [Fact]
    public void Names_OfThePublicConstants_AreAllInTheDoc() => Assert.All(
        typeof(DurableQueueTelemetry).GetFields().Select(field => (string)field.GetRawConstantValue()!),
        name => Assert.Contains($"`{name}`", Doc, StringComparison.Ordinal));

    private static string Kind(string type) => type[..type.IndexOf('`', StringComparison.Ordinal)] switch
    {
        "Counter" => "counter",
        "Histogram" => "histogram",
        "UpDownCounter" => "up-down counter",
        "ObservableGauge" => "gauge",
        var other => other,
    };

    [GeneratedRegex(@"^\| (?<id>\d+) \| (?<level>\w+) \| (?<message>.+?) \|", RegexOptions.Multiline)]
    private static partial Regex LogRows();

    [GeneratedRegex(@"^\| `(?<name>durablequeue\.[\w.]+)` \| (?<kind>[\w\- ]+) \| `(?<unit>[\w{}]+)` \|", RegexOptions.Multiline)]
    private static partial Regex InstrumentRows();
}
