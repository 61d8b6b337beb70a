using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Ctrl-C and requests to terminate: the first lets the command end cleanly, a later second one ends it at once.</summary>
/// <remarks>
/// <c>timeout</c>, shells and service managers signal the process and then its group, so one request arrives twice. A second signal within this time is the
/// same request.
/// </remarks>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan SameRequest = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;

    private readonly Lock sync = new();
    private long firstAt;

    public Interruption()
    {
        Current = this;
        registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
        ];
    }

    /// <summary>That of this run of the program.</summary>
    public static Interruption? Current { get; private set; }

    public CancellationToken Token => source.Token;

    /// <summary>The signal that arrived; <see langword="null"/> if none did.</summary>
    public PosixSignal? Signal { get; private set; }

    public int ExitCode => CommandLine.ExitCode.Signal + Number(Signal);

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        source.Dispose();
    }

    private static int Number(PosixSignal? signal) => signal switch
    {
        PosixSignal.SIGHUP => 1,
        PosixSignal.SIGTERM => 15,
        _ => 2,
    };

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        bool isFirst;
        lock (sync)
        {
            isFirst = Signal is null;
            if (isFirst)
            {
                Signal = context.Signal;
                firstAt = Stopwatch.GetTimestamp();
            }
        }

        if (isFirst)
        {
            source.Cancel();
        }
        else if (Stopwatch.GetElapsedTime(firstAt) >= SameRequest)
        {
            Environment.Exit(ExitCode);
        }
    }
}
