using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes.Running;

/// <summary>A command that was started or adopted.</summary>
/// <param name="Header">Which run it is.</param>
/// <param name="Pid">Its supervisor.</param>
/// <param name="StartedAt">When that started, in clock ticks since the boot.</param>
/// <param name="Ended">Completes with the supervisor's end: its status if it is our child.</param>
/// <param name="Readers">What writes its output into the log.</param>
/// <param name="Adopted">Another worker had started it.</param>
internal sealed record RunningCommand(RunHeader Header, int Pid, long StartedAt, Task<int?> Ended, IReadOnlyList<OutputReader> Readers, bool Adopted)
{
    /// <summary>It ended while no worker ran.</summary>
    public bool HadEnded { get; init; }

    /// <summary>What the kernel said of the supervisor's end; <see langword="null"/> if that is not known, for it was not our child.</summary>
    public int? EndStatus => Ended.IsCompletedSuccessfully ? Ended.Result : null;

    /// <summary>The record that its supervisor writes to, open, for its name may be gone at the end. Of an adopted command only.</summary>
    public SafeFileHandle? Record { get; init; }
}
