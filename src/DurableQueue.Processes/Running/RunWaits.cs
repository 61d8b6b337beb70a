using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using DurableQueue.Worker;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Processes.Running;

/// <summary>
/// Gives the slots of an attempt back while programs inside its command wait for other tasks or for a decision. Each holds a connection for as long as it
/// waits: the kernel closes that of a program that is killed, so the slots are taken again however a wait ends.
/// </summary>
internal sealed class RunWaits : IDisposable
{
    private const int LongestLine = 100;

    /// <summary>After the socket could not be made, or has failed.</summary>
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (HandlerInvocation Call, CancellationToken Ended)> runs = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource closing = new();
    private readonly ILogger log;

    public RunWaits(string queuePath, ILogger log)
    {
        this.log = log;
        _ = Task.Run(() => ListenAsync(queuePath));
    }

    public void Dispose() => closing.Cancel();

    /// <summary>Serves the programs of a run until the result is disposed.</summary>
    public IDisposable Serve(RunHeader run, HandlerInvocation call)
    {
        var served = new Served(this, RunMarks.NameOf(run.TaskId, run.EnqueuedAtMs, run.AttemptToken));
        runs[served.Name] = (call, served.Token);
        return served;
    }

    private async Task ListenAsync(string queuePath)
    {
        var isReported = false;
        while (!closing.IsCancellationRequested)
        {
            try
            {
                var (socket, path) = WaitSocket.Listen(queuePath);
                using (socket)
                {
                    try
                    {
                        while (true)
                        {
                            _ = ServeAsync(await socket.AcceptAsync(closing.Token).ConfigureAwait(false));
                            isReported = false;
                        }
                    }
                    finally
                    {
                        CommandFiles.Remove(path);
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // The host is being torn down.
            }
            catch (Exception e)
            {
                // There may be too few descriptors for a while. Programs ask again every second.
                if (!isReported)
                {
                    log.WaitsUnreachable(e);
                }

                isReported = true;
                await Task.Delay(BetweenTries, TimeProvider.System, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            using var stream = new NetworkStream(socket, ownsSocket: true);
            if (await ReadLineAsync(stream).ConfigureAwait(false) is { } line && WaitSocket.Read(line) is var (name, kind) && runs.TryGetValue(name, out var run))
            {
                var context = run.Call.Context;
                await (kind == RunWaitKind.Tasks
                    ? context.WithoutSlotAsync(token => HoldAsync(stream, token), run.Ended)
                    : context.DuringDecisionAsync(token => HoldAsync(stream, token), kind == RunWaitKind.DecisionWithSlot, run.Ended)).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or QueueStorageException)
        {
            // The program or the attempt has ended, or the store has trouble, which others report. A program that still waits connects again.
        }
    }

    private async Task<string?> ReadLineAsync(NetworkStream stream)
    {
        var read = new byte[LongestLine];
        for (var length = 0; length < read.Length;)
        {
            var count = await stream.ReadAsync(read.AsMemory(length), closing.Token).ConfigureAwait(false);
            length += count;
            if (count == 0)
            {
                return null;
            }

            if (read[length - 1] == (byte)'\n')
            {
                return Encoding.UTF8.GetString(read, 0, length - 1);
            }
        }

        return null;
    }

    /// <summary>Until the program closes its end, or the attempt ends.</summary>
    private static async Task HoldAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var nothing = new byte[1];
        await stream.WriteAsync(WaitSocket.Granted.ToArray(), cancellationToken).ConfigureAwait(false);
        while (await stream.ReadAsync(nothing, cancellationToken).ConfigureAwait(false) > 0)
        {
        }
    }

    private sealed class Served(RunWaits waits, string name) : IDisposable
    {
        private readonly CancellationTokenSource ended = new();

        public string Name => name;

        public CancellationToken Token => ended.Token;

        public void Dispose()
        {
            waits.runs.TryRemove(name, out _);
            ended.Cancel();
        }
    }
}
