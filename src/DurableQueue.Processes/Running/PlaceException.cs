namespace DurableQueue.Processes.Running;

/// <summary>The place where commands keep their logs cannot be used. No task is to blame for that.</summary>
internal sealed class PlaceException(string message) : IOException(message);
