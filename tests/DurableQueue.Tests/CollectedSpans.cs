using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit;

namespace DurableQueue.Tests;

/// <summary>Tests of spans: a listener hears all queues of the process, so that they run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class SpanTests
{
    public const string Name = "Spans";
}

/// <summary>Keeps the library's spans.</summary>
internal sealed class CollectedSpans : IDisposable
{
    private readonly ActivityListener listener;

    public CollectedSpans()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == DurableQueueTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
    }

    public ConcurrentQueue<Activity> Stopped { get; } = new();

    public Activity Single(string name) => Assert.Single(Stopped, span => span.DisplayName == name);

    public void Dispose() => listener.Dispose();
}
