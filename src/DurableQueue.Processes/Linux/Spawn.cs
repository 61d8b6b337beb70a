using System.ComponentModel;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes.Linux;

/// <summary>Starts a program in a session of its own, with the descriptors that it is given and no others.</summary>
internal static unsafe class Spawn
{
    private const short SetSignalMask = 0x08;
    private const short SetDefaultSignals = 0x04;
    private const short SetSession = 0x80;

    /// <summary>More than any C library needs for its own structures.</summary>
    private const int OpaqueBytes = 1024;
    private const int SignalSetBytes = 128;

    /// <param name="arguments">The program, as a path, and its arguments.</param>
    /// <param name="environment">All of it, as <c>NAME=value</c>.</param>
    /// <param name="directory">Where it starts; <see langword="null"/> means here.</param>
    /// <param name="descriptors">What it has open: the number that it finds it under, from 0 to 9, and ours. It has nothing else open.</param>
    /// <returns>The process id, which is also that of its session and its group.</returns>
    /// <exception cref="Win32Exception">It could not be started.</exception>
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

    /// <summary>A lock or a pipe that whoever started this process left open must not live as long as the program.</summary>
    private static void CloseOthers(byte* actions)
    {
        try
        {
            Check(Native.AddCloseFrom(actions, Descriptors.First));
        }
        catch (EntryPointNotFoundException)
        {
            // A C library without that: one by one. Those that are opened meanwhile are ours, and are closed at the exec anyway.
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
