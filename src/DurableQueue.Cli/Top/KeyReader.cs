using System.Runtime.InteropServices;

namespace DurableQueue.Cli.Top;

/// <summary>Reads keys on a thread of its own, which sleeps until one is pressed, so that a screen that nobody touches costs nothing.</summary>
internal sealed partial class KeyReader : IDisposable
{
    private const short PollIn = 1;
    private const short PollGone = 8 | 16 | 32;

    /// <summary>How soon the thread notices that it should rest.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <summary>Where keys can't be waited for, they are polled.</summary>
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(30);

    private readonly Action<ConsoleKeyInfo> pressed;
    private readonly Action gone;
    private readonly SemaphoreSlim reading = new(1);
    private readonly ManualResetEventSlim allowed = new(initialState: true);
    private volatile bool isOver;

    /// <param name="pressed">Receives each key.</param>
    /// <param name="gone">Called when the terminal is gone.</param>
    public KeyReader(Action<ConsoleKeyInfo> pressed, Action gone)
    {
        (this.pressed, this.gone) = (pressed, gone);
        new Thread(Run) { IsBackground = true, Name = "keys" }.Start();
    }

    /// <summary>Leaves the terminal to another program, until <see cref="Resume"/>.</summary>
    public Task PauseAsync(CancellationToken cancellationToken)
    {
        allowed.Reset();
        return reading.WaitAsync(cancellationToken);
    }

    public void Resume()
    {
        reading.Release();
        allowed.Set();
    }

    public void Dispose()
    {
        isOver = true;
        allowed.Set();
    }

    private void Run()
    {
        try
        {
            // From here on, keys come one by one, and not line by line.
            _ = Console.KeyAvailable;
            while (!isOver)
            {
                allowed.Wait();
                reading.Wait();
                try
                {
                    Read();
                }
                finally
                {
                    reading.Release();
                }
            }
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            gone();
        }
    }

    private void Read()
    {
        if (OperatingSystem.IsWindows())
        {
            Thread.CurrentThread.Join(PollPeriod);
        }
        else
        {
            var poll = new Poll { Events = PollIn };
            if (PollFor(ref poll, 1, (int)Patience.TotalMilliseconds) > 0 && (poll.Returned & PollGone) != 0)
            {
                throw new IOException("The terminal is gone.");
            }
        }

        while (!isOver && allowed.IsSet && Console.KeyAvailable)
        {
            pressed(Console.ReadKey(intercept: true));
        }
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int PollFor(ref Poll poll, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct Poll
    {
        /// <summary>Standard input.</summary>
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
