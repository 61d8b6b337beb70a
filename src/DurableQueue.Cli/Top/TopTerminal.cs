using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using DurableQueue.Cli.Output;

namespace DurableQueue.Cli.Top;

/// <summary>The terminal: its keys and signals come as events, and it is left as it was found, however the program ends.</summary>
internal sealed class TopTerminal : IDisposable
{
    private readonly Stream output = new StandardOutput();
    private readonly KeyReader keys;
    private readonly List<PosixSignalRegistration> signals = [];
    private bool isEntered;
    private volatile bool isLent;

    public TopTerminal(bool color, Action<TopEvent> happens)
    {
        Writer = new ScreenWriter(Write, color);
        keys = new KeyReader(key => happens(new TopEvent.Pressed(key)), () => happens(new TopEvent.Gone()));
        if (!OperatingSystem.IsWindows())
        {
            signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => happens(new TopEvent.Resized())));
            signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => happens(new TopEvent.Continues())));
            signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTSTP, context =>
            {
                context.Cancel = true;
                if (isLent)
                {
                    // The other program stops, and the shell waits until this one does so too.
                    StartStopping()?.Dispose();
                }
                else
                {
                    happens(new TopEvent.Stops());
                }
            }));
        }

        // A second Ctrl-C ends the program without asking anyone.
        AppDomain.CurrentDomain.ProcessExit += LeaveAtExit;
    }

    public ScreenWriter Writer { get; }

    public static (int Width, int Height) Size
    {
        get
        {
            try
            {
                return (Math.Max(1, Console.WindowWidth), Math.Max(1, Console.WindowHeight));
            }
            catch (IOException)
            {
                return (80, 24);
            }
        }
    }

    public void Enter()
    {
        isEntered = true;
        Writer.Enter();
    }

    public void Leave()
    {
        if (isEntered)
        {
            isEntered = false;
            Writer.Leave();
        }
    }

    /// <summary>Leaves the terminal to another program.</summary>
    /// <param name="use">The time during which the terminal is not this program's.</param>
    /// <param name="cancellationToken">Ends the waiting for it.</param>
    public async Task<T> LendAsync<T>(Func<Task<T>> use, CancellationToken cancellationToken)
    {
        await keys.PauseAsync(cancellationToken);
        isLent = true;
        Leave();
        try
        {
            return await use();
        }
        finally
        {
            isLent = false;
            Enter();
            keys.Resume();
        }
    }

    /// <summary>Stops this program, as Ctrl-Z asks, until it is continued.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => LendAsync(
        async () =>
        {
            using var child = StartStopping();
            await (child?.WaitForExitAsync(cancellationToken) ?? Task.CompletedTask);
            return true;
        },
        cancellationToken);

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= LeaveAtExit;
        keys.Dispose();
        signals.ForEach(signal => signal.Dispose());
        LeaveAtExit(null, EventArgs.Empty);
    }

    /// <summary>Stops this program from a child: while a child has the terminal, the runtime gives it the settings that it had before this program.</summary>
    private static Process? StartStopping() => Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", "kill -STOP $PPID" } });

    private void LeaveAtExit(object? sender, EventArgs e)
    {
        try
        {
            Leave();
        }
        catch (Exception error) when (error is OutputFailedException or OutputClosedException)
        {
            // The terminal is gone.
        }
    }

    private void Write(string text) => output.Write(Encoding.UTF8.GetBytes(text));
}
