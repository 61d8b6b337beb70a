using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>Gives the slot of the task that dq runs in back to its group while dq waits.</summary>
internal static class RunSlot
{
    /// <summary>How often a wait makes sure that the slot is still free: another dq of the same run takes it back when its own wait ends.</summary>
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromSeconds(1);

    /// <summary>Waits without the slot. Outside of a task, or on another queue, there is none to give back.</summary>
    public static async Task<T> WithoutAsync<T>(DqInvocation invocation, Func<CancellationToken, Task<T>> wait, CancellationToken cancellationToken)
    {
        var queue = await invocation.OpenAsync();
        if (CurrentRun.FromEnvironment() is not { } run || !await TryGiveBackAsync(queue, run, cancellationToken))
        {
            return await wait(cancellationToken);
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var keeping = KeepFreeAsync(queue, run, invocation.Time, ended.Token);
        try
        {
            return await wait(cancellationToken);
        }
        finally
        {
            await ended.CancelAsync();
            await keeping;
            await TakeAsync(queue, run);
        }
    }

    /// <returns>False if the run has ended, or should end: to suspend it then would end it before its processes have.</returns>
    private static async Task<bool> TryGiveBackAsync(ITaskQueue queue, CurrentRun run, CancellationToken cancellationToken)
    {
        while (await run.FindAsync(queue, cancellationToken) is { Task: { CancelRequested: false } task, Lease: { } lease })
        {
            if (task.Waiting || await queue.SuspendAsync(lease, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task KeepFreeAsync(ITaskQueue queue, CurrentRun run, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(ProbePeriod, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken) && await TryGiveBackAsync(queue, run, cancellationToken))
            {
            }
        }
        catch (OperationCanceledException)
        {
            // The wait is over.
        }
        catch (QueueStorageException)
        {
            // The wait itself reports the same trouble, or gets over it.
        }
    }

    private static async Task TakeAsync(ITaskQueue queue, CurrentRun run)
    {
        while (await run.FindAsync(queue, CancellationToken.None) is { Lease: { } lease } && !await queue.ResumeAsync(lease, CancellationToken.None))
        {
            // Taken over just now: the next lease counts.
        }
    }
}
