using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes.Running;

/// <summary>A command that was started or adopted.</summary>
/// <param name="Header">The run.</param>
/// <param name="Pid">The process id of its supervisor.</param>
/// <param name="StartedAt">When the supervisor started, in clock ticks since the boot.</param>
/// <param name="Ended">Completes when the supervisor ends, with its status if it is our child.</param>
/// <param name="Readers">The processes that write its output to the log.</param>
/// <param name="Adopted">Whether another worker had started it.</param>
internal sealed record RunningCommand(RunHeader Header, int Pid, long StartedAt, Task<int?> Ended, IReadOnlyList<OutputReader> Readers, bool Adopted)
{
    /// <summary>Whether it ended while no worker was running.</summary>
    public bool HadEnded { get; init; }

    /// <summary>The status that the kernel reported for the supervisor; <see langword="null"/> if it was not our child.</summary>
    public int? EndStatus => Ended.IsCompletedSuccessfully ? Ended.Result : null;

    /// <summary>The open record of an adopted command: its name may be gone at the end.</summary>
    public SafeFileHandle? Record { get; init; }
}
