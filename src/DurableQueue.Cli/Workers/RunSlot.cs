using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.Workers;

/// <summary>Gives the slots of the task that dq runs in back while dq waits.</summary>
internal static class RunSlot
{
    /// <summary>Waits without the slots. Outside of a task there are none to give back.</summary>
    public static Task<T> WithoutAsync<T>(DqInvocation invocation, Func<CancellationToken, Task<T>> wait, CancellationToken cancellationToken) =>
        DuringAsync(invocation, RunWaitKind.Tasks, wait, cancellationToken);

    /// <summary>Tells the worker of the task that dq runs in what dq waits for, for as long as it waits.</summary>
    public static async Task<T> DuringAsync<T>(DqInvocation invocation, RunWaitKind kind, Func<CancellationToken, Task<T>> wait, CancellationToken cancellationToken)
    {
        if (CurrentRun.FromEnvironment() is not { } run)
        {
            return await wait(cancellationToken);
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var during = RunWait.DuringAsync(run, kind, invocation.Time, ended.Token);
        try
        {
            return await wait(cancellationToken);
        }
        finally
        {
            await ended.CancelAsync();
            await during;
        }
    }

    /// <summary>The task of this queue that dq runs in.</summary>
    public static TaskId? OwnTask(DqInvocation invocation) =>
        CurrentRun.FromEnvironment() is { } run && run.QueuePath == invocation.QueuePath ? run.TaskId : null;

    /// <exception cref="CliException">The task that dq runs in is among those to be waited for.</exception>
    public static void RequireOthers(DqInvocation invocation, IReadOnlyList<TaskId> ids)
    {
        if (OwnTask(invocation) is { } own && ids.Contains(own))
        {
            throw CliException.WrongState($"This is task {own} itself: to wait for it here would never end.");
        }
    }
}
