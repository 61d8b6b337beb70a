using System.Net.Sockets;
using System.Text;
using DurableQueue.Processes.Running;

namespace DurableQueue.Processes;

/// <summary>Asks the worker of a run, from inside its command, to give the slots of the attempt back during a wait.</summary>
internal static class RunWait
{
    /// <summary>While no worker has the run, because one was killed and the next one has not started.</summary>
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    /// <summary>A worker that is stopped answers nothing, and must not keep others from being asked.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    /// <summary>Keeps the slots given back until the wait has ended; returns when the worker has taken them again.</summary>
    /// <param name="run">The run that this process belongs to.</param>
    /// <param name="kind">What this process waits for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ended">Cancelled when the wait has ended.</param>
    public static async Task DuringAsync(CurrentRun run, RunWaitKind kind, TimeProvider time, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            if (!await TryHoldAsync(run, kind, time, ended).ConfigureAwait(false))
            {
                await Task.Delay(BetweenTries, time, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <returns>False if no worker has the run, or the one that has it does not give the slots back.</returns>
    private static async Task<bool> TryHoldAsync(CurrentRun run, RunWaitKind kind, TimeProvider time, CancellationToken ended)
    {
        await foreach (var socket in WaitSocket.ConnectAsync(run.QueuePath).ConfigureAwait(false))
        {
            using (socket)
            {
                try
                {
                    if (await HoldAsync(socket, WaitSocket.Ask(run.Name, kind), time, ended).ConfigureAwait(false))
                    {
                        return true;
                    }
                }
                catch (Exception e) when (e is SocketException or OperationCanceledException)
                {
                    // The worker was killed, or does not answer.
                }
            }
        }

        return false;
    }

    private static async Task<bool> HoldAsync(Socket socket, string question, TimeProvider time, CancellationToken ended)
    {
        var answer = new byte[WaitSocket.Granted.Length];
        using var unanswered = new CancellationTokenSource(AnswerTime, time);
        await socket.SendAsync(Encoding.UTF8.GetBytes($"{question}\n")).ConfigureAwait(false);

        // The worker closes its end when it has the slots again.
        using var end = ended.UnsafeRegister(_ => End(socket), null);
        var granted = false;
        while (await socket.ReceiveAsync(answer, unanswered.Token).ConfigureAwait(false) > 0)
        {
            granted = true;
            unanswered.CancelAfter(Timeout.InfiniteTimeSpan);
        }

        return granted;
    }

    private static void End(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The worker has closed its end already.
        }
    }
}
