using System.Diagnostics;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Writes nothing: tells how long it took to get through the file lock to the writer.</summary>
internal sealed class ProbeWriter : WriteOperation<TimeSpan>
{
    protected override TimeSpan Execute(WriteContext context) => Stopwatch.GetElapsedTime(QueuedAt);
}
