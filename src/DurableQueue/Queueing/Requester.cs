namespace DurableQueue.Queueing;

/// <summary>Validates the name of somebody who asks.</summary>
internal static class Requester
{
    public static string Check(string by) => Queueing.Check.Text(by, nameof(by), Limits.WorkerLength, 1)!;
}
