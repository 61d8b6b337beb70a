using System.Globalization;
using DurableQueue.Processes.Running;

namespace DurableQueue.Processes;

/// <summary>
/// The run of a command that the calling process belongs to. It gives a program that was started as a command the lease of its own attempt, so that it can
/// report progress and costs, store checkpoints and request approvals like a handler.
/// </summary>
/// <remarks>
/// <para>
/// A run is one attempt of a task. The environment of a process can't change, so it names the run and not the lease: when another worker takes the command
/// over, the lease changes and the run stays. A retry is another run.
/// </para>
/// <para>
/// A task has one checkpoint. If the command has an <see cref="CommandTask.Watch"/>, the worker keeps the position of the watch there: don't store another.
/// </para>
/// <para>
/// The name of a run is not a secret. Whoever can write to the queue file can do everything to its tasks; the name only keeps a program from acting for
/// an attempt that isn't its own.
/// </para>
/// </remarks>
public sealed class CurrentRun
{
    private readonly long enqueuedAtMs;
    private readonly long attemptToken;

    private CurrentRun(TaskId taskId, int attempt, string queuePath, (long EnqueuedAtMs, long AttemptToken) name)
    {
        (enqueuedAtMs, attemptToken) = name;
        TaskId = taskId;
        Attempt = attempt;
        QueuePath = queuePath;
    }

    /// <summary>The task.</summary>
    public TaskId TaskId { get; }

    /// <summary>The number of the attempt, from 1.</summary>
    public int Attempt { get; }

    /// <summary>The queue file, as the worker knows it.</summary>
    public string QueuePath { get; }

    /// <summary>Reads the run from the environment of this process.</summary>
    /// <returns><see langword="null"/> if the process was not started by a command of a queue.</returns>
    public static CurrentRun? FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <summary>Finds the lease that the attempt has now.</summary>
    /// <param name="queue">The queue in <see cref="QueuePath"/>, open.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>
    /// The lease. The worker renews it and ends the attempt: don't complete, fail or release it. If a call reports that it is lost, another worker has
    /// taken the command over: find it again.
    /// </returns>
    /// <exception cref="TaskNotFoundException">The task isn't in the queue (any more).</exception>
    /// <exception cref="TaskStateException">The attempt has ended.</exception>
    /// <exception cref="ArgumentException"><paramref name="queue"/> is not a queue of this library.</exception>
    public async ValueTask<Lease> GetLeaseAsync(ITaskQueue queue, CancellationToken cancellationToken = default)
    {
        var (task, lease) = await FindAsync(queue, cancellationToken).ConfigureAwait(false);
        return lease ?? throw (task is null
            ? new TaskNotFoundException(TaskId)
            : new TaskStateException(TaskId, task.State, $"Attempt {Attempt} of task {TaskId} has ended: nothing more can be done in its name."));
    }

    /// <summary>Finds the task, and the lease that the attempt has now.</summary>
    /// <returns>No task if it isn't in the queue; no lease if the attempt has ended.</returns>
    internal async ValueTask<(TaskInfo? Task, Lease? Lease)> FindAsync(ITaskQueue queue, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queue);
        if (queue is not TaskQueue known)
        {
            throw new ArgumentException($"A {queue.GetType().Name} has no leases of commands.", nameof(queue));
        }

        // A queue that was deleted and created again has the same ids and tokens.
        var task = await queue.Inspector.GetAsync(TaskId, cancellationToken).ConfigureAwait(false);
        return task?.EnqueuedAt.ToUnixTimeMilliseconds() == enqueuedAtMs
            ? (task, await known.FindLeaseAsync(TaskId, attemptToken, cancellationToken).ConfigureAwait(false))
            : (null, null);
    }

    /// <summary>What a program of the run says to the worker to be recognized.</summary>
    internal string Name => RunMarks.NameOf(TaskId, enqueuedAtMs, attemptToken);

    /// <summary>Reads the run from variables.</summary>
    internal static CurrentRun? From(Func<string, string?> variable) =>
        TryNumber(variable(RunMarks.Task)) is { } task
        && TryNumber(variable(RunMarks.Attempt)) is { } attempt
        && variable(RunMarks.Queue) is { Length: > 0 } queue
        && variable(RunMarks.Run)?.Split('.') is [var enqueued, var begun]
        && TryNumber(enqueued) is { } enqueuedAtMs
        && TryNumber(begun) is { } attemptToken
            ? new CurrentRun(new TaskId(task), (int)attempt, queue, (enqueuedAtMs, attemptToken))
            : null;

    private static long? TryNumber(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
