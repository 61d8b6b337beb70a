using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Names = DurableQueue.DurableQueueTelemetry;

namespace DurableQueue.Tests;

/// <summary>Keeps what the instruments of one queue, or those of the workers of this process, record.</summary>
internal sealed class CollectedMetrics : IDisposable
{
    private readonly MeterListener listener = new();

    private CollectedMetrics(Func<Meter, bool> wanted)
    {
        listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Names.MeterName && wanted(instrument.Meter))
            {
                Instruments.Enqueue(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>(Keep);
        listener.Start();
    }

    public ConcurrentQueue<Instrument> Instruments { get; } = new();

    public ConcurrentQueue<Measured> Measurements { get; } = new();

    /// <param name="queue">The name of the queue's file, without its extension.</param>
    public static CollectedMetrics OfQueue(string queue) => new(meter => meter.Tags?.Contains(new(Names.QueueTag, queue)) == true);

    /// <summary>The workers of other tests are among them: ask for a type of your own.</summary>
    public static CollectedMetrics OfWorkers() => new(meter => meter.Tags?.Any() != true);

    /// <typeparam name="T">The measurements that it fails at: <see cref="int"/> for batches, <see cref="long"/> for tasks.</typeparam>
    public static CollectedMetrics ThatThrows<T>(string queue)
        where T : struct
    {
        var metrics = OfQueue(queue);
        metrics.listener.SetMeasurementEventCallback<T>((_, _, _, _) => throw new InvalidTimeZoneException("A listener that fails."));
        return metrics;
    }

    public double Sum(string instrument, params (string Tag, string Value)[] tags) => Of(instrument, tags).Sum(measured => measured.Value);

    public IEnumerable<Measured> Of(string instrument, params (string Tag, string Value)[] tags) =>
        Measurements.Where(measured => measured.Instrument == instrument && tags.All(tag => tag.Value.Equals(measured.Tags.GetValueOrDefault(tag.Tag))));

    /// <summary>What a gauge shows for a group now; NaN: nothing.</summary>
    public double Observe(string gauge, string group)
    {
        Measurements.Clear();
        listener.RecordObservableInstruments();
        return Of(gauge, (Names.GroupTag, group)).Select(measured => measured.Value).SingleOrDefault(double.NaN);
    }

    public void Dispose() => listener.Dispose();

    private void Keep<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state = null)
        where T : struct =>
        Measurements.Enqueue(new Measured(
            instrument.Name, Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture), tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value)));

    public sealed record Measured(string Instrument, double Value, IReadOnlyDictionary<string, object?> Tags);
}
