using System.Runtime.CompilerServices;
using System.Text;
using DurableQueue.Processes;
using DurableQueue.Processes.Linux;

namespace DurableQueue.Cli.Workers;

/// <summary>
/// Limits the memory of this process alone. A limit of its control group would also count, and kill, the commands that it starts. A worker that reaches the
/// limit ends at once, as if it was killed: no handler sees the failed allocation and fails its task, the commands continue, and the next worker adopts them.
/// </summary>
internal static unsafe class MemoryCap
{
    private const string RuntimeSetting = "GCHeapHardLimit";
    private const int StandardError = 2;

    /// <param name="bytes">The limit of the managed heap; 0 means none.</param>
    public static void Set(long bytes)
    {
        // The runtime has a limit of its own in a container, or on a small machine.
        if (bytes == 0 || bytes >= GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
        {
            return;
        }

        // Prepared now: there is no memory for it later.
        var message = Encoding.UTF8.GetBytes($"The worker has reached its memory limit (worker_memory_max, {bytes} bytes) and ends. Its commands continue.\n");
        var process = Environment.ProcessId;
        RuntimeHelpers.PrepareMethod(((Action<byte[], int>)End).Method.MethodHandle);
        AppDomain.CurrentDomain.FirstChanceException += (_, thrown) =>
        {
            if (thrown.Exception is OutOfMemoryException)
            {
                End(message, process);
            }
        };
        AppContext.SetData(RuntimeSetting, (ulong)bytes);
        GC.RefreshMemoryLimit();
    }

    private static void End(byte[] message, int process)
    {
        fixed (byte* text = message)
        {
            _ = Native.Write(StandardError, text, message.Length);
        }

        _ = Native.Kill(process, CommandSignals.Kill);
    }
}
