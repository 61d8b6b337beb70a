using System.Runtime.InteropServices;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Ctrl-C and requests to end: the first lets the command end in good order, the second ends it at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;

    public Interruption() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
    ];

    public CancellationToken Token => source.Token;

    /// <summary>The signal that came; <see langword="null"/> if none did.</summary>
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
        if (Signal is not null)
        {
            Environment.Exit(ExitCode);
        }

        Signal = context.Signal;
        source.Cancel();
    }
}
