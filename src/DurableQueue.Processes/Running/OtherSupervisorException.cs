namespace DurableQueue.Processes.Running;

/// <summary>The supervisor that was started found that another one already runs the attempt.</summary>
internal sealed class OtherSupervisorException : Exception;
