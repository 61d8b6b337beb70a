using System.ComponentModel;

namespace DurableQueue.Processes.Linux;

/// <summary>Starts a program in a session of its own, its descriptors on files that the kernel opens for it.</summary>
internal static unsafe class Spawn
{
    private const short SetSignalMask = 0x08;
    private const short SetDefaultSignals = 0x04;
    private const short SetSession = 0x80;
    private const uint OwnerOnly = 0x180;

    /// <summary>More than any C library needs for its own structures.</summary>
    private const int OpaqueBytes = 1024;
    private const int SignalSetBytes = 128;

    /// <param name="arguments">The program, as a path, and its arguments.</param>
    /// <param name="environment">All of it, as <c>NAME=value</c>.</param>
    /// <param name="directory">Where it starts; <see langword="null"/> means here.</param>
    /// <param name="files">What it has open: each descriptor once, in the order of opening. All others are closed where the C library can do that.</param>
    /// <returns>The process id, which is also that of its session and its group.</returns>
    /// <exception cref="Win32Exception">It could not be started.</exception>
    public static int Start(
        IReadOnlyList<string> arguments, NativeStrings environment, string? directory, IReadOnlyList<(int Descriptor, string Path, int Flags)> files)
    {
        using var argv = new NativeStrings(arguments);
        using var paths = new NativeStrings([directory ?? "/", .. files.Select(file => file.Path)]);
        var actions = stackalloc byte[OpaqueBytes];
        var attributes = stackalloc byte[OpaqueBytes];
        Check(Native.InitFileActions(actions));
        try
        {
            Check(Native.InitAttributes(attributes));
            try
            {
                for (var i = 0; i < files.Count; i++)
                {
                    Check(Native.AddOpen(actions, files[i].Descriptor, paths.List[i + 1], files[i].Flags, OwnerOnly));
                }

                CloseOthers(actions, files.Max(file => file.Descriptor) + 1);
                if (directory is not null)
                {
                    Check(Native.AddChangeDirectory(actions, paths.List[0]));
                }

                // .NET ignores SIGPIPE and blocks others at times; the command is to begin like any other.
                var signals = stackalloc byte[SignalSetBytes];
                new Span<byte>(signals, SignalSetBytes).Clear();
                Check(Native.SetSignalMask(attributes, signals));
                new Span<byte>(signals, 8).Fill(0xFF);
                Check(Native.SetDefaultSignals(attributes, signals));
                Check(Native.SetFlags(attributes, SetSignalMask | SetDefaultSignals | SetSession));
                Check(Native.Spawn(out var pid, argv.List[0], actions, attributes, argv.List, environment.List));
                return pid;
            }
            finally
            {
                _ = Native.DestroyAttributes(attributes);
            }
        }
        finally
        {
            _ = Native.DestroyFileActions(actions);
        }
    }

    /// <summary>A lock that whoever started this process left open must not live as long as the command.</summary>
    private static void CloseOthers(byte* actions, int first)
    {
        try
        {
            Check(Native.AddCloseFrom(actions, first));
        }
        catch (EntryPointNotFoundException)
        {
            // Our own are closed at the exec anyway.
        }
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new Win32Exception(error);
        }
    }
}
