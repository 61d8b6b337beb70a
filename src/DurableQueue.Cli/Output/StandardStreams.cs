using System.Runtime.InteropServices;
using System.Text;

namespace DurableQueue.Cli.Output;

/// <summary>Ensures that descriptors 0 to 2 are open before any file is opened: otherwise the queue file could get one of these numbers and be overwritten.</summary>
internal static unsafe partial class StandardStreams
{
    private const int GetFlags = 1;
    private const int CloseOnExec = 1;
    private const int BrokenPipe = 13;

    /// <summary>
    /// If the program was started with one of them closed, it is restarted with the null device in its place. Standard output is opened for reading, so that
    /// writing to it still fails.
    /// </summary>
    /// <remarks>
    /// By now the runtime uses the free numbers itself. Descriptors that are closed on exec were not inherited. The arguments are passed on byte by byte.
    /// </remarks>
    public static void OpenMissing()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var redirections = (IsMissing(0) ? " 0</dev/null" : "") + (IsMissing(1) ? " 1</dev/null" : "") + (IsMissing(2) ? " 2>/dev/null" : "");
        if (redirections.Length > 0)
        {
            StartAgain($"exec \"$@\"{redirections}");
        }
    }

    private static bool IsMissing(int descriptor) => Control(descriptor, GetFlags) is var flags && (flags < 0 || (flags & CloseOnExec) != 0);

    private static void StartAgain(string script)
    {
        if (File.ResolveLinkTarget("/proc/self/exe", returnFinalTarget: false) is not { FullName: var program })
        {
            return;
        }

        // "dq\0add\0true\0": the first word is the program as it was typed.
        var line = File.ReadAllBytes("/proc/self/cmdline");
        var words = new List<byte[]>();
        for (var start = 0; start < line.Length;)
        {
            var length = line.AsSpan(start).IndexOf((byte)0);
            var end = length < 0 ? line.Length : start + length;
            words.Add(line[start..end]);
            start = end + 1;
        }

        byte[][] arguments = [.. new[] { "sh", "-c", script, "sh", program }.Select(Encoding.UTF8.GetBytes), .. words.Skip(1)];
        var pointers = stackalloc byte*[arguments.Length + 1];
        for (var i = 0; i < arguments.Length; i++)
        {
            pointers[i] = (byte*)NativeMemory.AllocZeroed((nuint)arguments[i].Length + 1);
            arguments[i].CopyTo(new Span<byte>(pointers[i], arguments[i].Length));
        }

        pointers[arguments.Length] = null;

        // The runtime ignores this signal, and started programs would inherit that.
        _ = SetSignal(BrokenPipe, 0);
        _ = Execute("/bin/sh", pointers);

        // There is no shell; the program continues as it is.
        _ = SetSignal(BrokenPipe, 1);
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetSignal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, byte** arguments);
}
