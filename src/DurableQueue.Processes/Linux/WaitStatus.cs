namespace DurableQueue.Processes.Linux;

/// <summary>The parts of the status with which the kernel reports the end of a child.</summary>
internal static class WaitStatus
{
    /// <returns>The signal that ended it; 0 if none did.</returns>
    public static int SignalOf(int status) => status & 0x7F;

    public static int ExitCodeOf(int status) => (status >> 8) & 0xFF;
}
