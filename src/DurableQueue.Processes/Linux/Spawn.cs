using System.ComponentModel;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes.Linux;

/// <summary>Starts a program in a session of its own, with only the given descriptors.</summary>
internal static unsafe class Spawn
{
    private const short SetSignalMask = 0x08;
    private const short SetDefaultSignals = 0x04;
    private const short SetSession = 0x80;

    /// <summary>Larger than the structures of any C library.</summary>
    private const int OpaqueBytes = 1024;
    private const int SignalSetBytes = 128;

    /// <param name="arguments">The program, as a path, and its arguments.</param>
    /// <param name="environment">The full environment, as <c>NAME=value</c>.</param>
    /// <param name="directory">The working directory; <see langword="null"/> means the current one.</param>
    /// <param name="descriptors">Its open files: the number in the program, from 0 to 9, and our handle. All others are closed.</param>
    /// <returns>The process id, which is also the id of its session and group.</returns>
    /// <exception cref="Win32Exception">The program could not be started.</exception>
    public static int Start(
        IReadOnlyList<string> arguments, NativeStrings environment, string? directory, IReadOnlyList<(int Number, SafeFileHandle Handle)> descriptors)
    {
        using var argv = new NativeStrings(arguments);
        using var paths = new NativeStrings([directory ?? "/"]);
        var actions = stackalloc byte[OpaqueBytes];
        var attributes = stackalloc byte[OpaqueBytes];
        Check(Native.InitFileActions(actions));
        try
        {
            Check(Native.InitAttributes(attributes));
            try
            {
                for (var number = 0; number < Descriptors.First; number++)
                {
                    var given = descriptors.FirstOrDefault(descriptor => descriptor.Number == number).Handle;
                    Check(given is null ? Native.AddClose(actions, number) : Native.AddDuplicate(actions, Descriptors.NumberOf(given), number));
                }

                CloseOthers(actions);
                if (directory is not null)
                {
                    Check(Native.AddChangeDirectory(actions, paths.List[0]));
                }

                // .NET ignores SIGPIPE and at times blocks other signals; the command must start with the defaults.
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

    /// <summary>Closes descriptors that this process inherited, so that the program does not keep locks or pipes of others open.</summary>
    private static void CloseOthers(byte* actions)
    {
        try
        {
            Check(Native.AddCloseFrom(actions, Descriptors.First));
        }
        catch (EntryPointNotFoundException)
        {
            // A C library without this function: one by one. Those opened meanwhile are ours, and are closed at the exec anyway.
            foreach (var entry in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
            {
                if (int.Parse(Path.GetFileName(entry.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture) is var number && number >= Descriptors.First)
                {
                    Check(Native.AddClose(actions, number));
                }
            }
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
