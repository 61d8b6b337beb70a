namespace DurableQueue.Processes.Running;

/// <summary>A command that was started or adopted.</summary>
/// <param name="Header">Which run it is.</param>
/// <param name="Pid">Its supervisor.</param>
/// <param name="Ended">Completes with the supervisor's end: its status if it is our child.</param>
/// <param name="Adopted">Another worker had started it.</param>
internal sealed record RunningCommand(RunHeader Header, int Pid, Task<int?> Ended, bool Adopted)
{
    /// <summary>It ended while no worker ran.</summary>
    public bool HadEnded { get; init; }
}
