namespace DurableQueue.Processes.Running;

/// <summary>The directory or a file of the commands cannot be used. This is not the fault of a task.</summary>
internal sealed class PlaceException(string message) : IOException(message);
