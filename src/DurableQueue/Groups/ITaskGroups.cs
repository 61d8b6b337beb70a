namespace DurableQueue;

/// <summary>Manages the groups of a queue. The group <c>default</c> always exists. Groups that are created by an enqueue have no limit.</summary>
/// <remarks>Unless documented otherwise, a method that names a group throws <see cref="GroupNotFoundException"/> if the group doesn't exist.</remarks>
public interface ITaskGroups
{
    /// <summary>The same groups for somebody with a name: each change that it makes is recorded in the log of the queue (<see cref="ITaskInspector.GetRequestLogAsync"/>).</summary>
    /// <param name="by">Who asks, 1 to 256 characters.</param>
    /// <exception cref="ArgumentException"><paramref name="by"/> is empty, too long, or has control characters.</exception>
#pragma warning disable CA1716 // A keyword of Visual Basic, which can write [As].
    ITaskGroups As(string by);
#pragma warning restore CA1716

    /// <summary>
    /// Creates the group if it doesn't exist, and sets its limit if one is given. A group that was removed is created with default settings.
    /// </summary>
    /// <param name="name">The name: 1 to 128 characters of <c>[A-Za-z0-9._:/-]</c>.</param>
    /// <param name="parallelism">
    /// How many tasks of the group may run at once; 0 means no limit. <see langword="null"/> leaves the limit of an existing group, and means no
    /// limit for a new one.
    /// </param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    ValueTask EnsureAsync(string name, int? parallelism = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Creates the group unless it exists. Of several callers, in all processes together, one creates it; the others change nothing. A group that was removed
    /// is created with default settings.
    /// </summary>
    /// <param name="name">The name: 1 to 128 characters of <c>[A-Za-z0-9._:/-]</c>.</param>
    /// <param name="parallelism">How many tasks of the group may run at once; 0 means no limit.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <returns>Whether the group was created by this call.</returns>
    ValueTask<bool> CreateAsync(string name, int parallelism = 0, CancellationToken cancellationToken = default);

    /// <summary>Sets how many tasks of the group may run at once, in all processes together. If it is lowered, running tasks continue.</summary>
    /// <param name="name">The group.</param>
    /// <param name="parallelism">The limit; 0 means no limit.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    ValueTask SetParallelismAsync(string name, int parallelism, CancellationToken cancellationToken = default);

    /// <summary>
    /// Pauses a group: none of its tasks are checked out. Running tasks continue. Tasks whose dependency failed stay queued until the group is resumed.
    /// </summary>
    ValueTask PauseAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Resumes a paused group. Tasks whose dependency failed during the pause then fail, in chunks.</summary>
    ValueTask ResumeAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Sets whether the group pauses itself when one of its tasks fails permanently.</summary>
    ValueTask SetPauseOnFailureAsync(string name, bool pauseOnFailure, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes a group that has no unfinished tasks. Its finished tasks keep its name. An enqueue, a schedule, a retry or an edit that names the
    /// group creates it again with its former limit and pause; <see cref="EnsureAsync"/> creates it with default settings.
    /// </summary>
    /// <exception cref="ArgumentException">The group is <c>default</c>.</exception>
    /// <exception cref="GroupStateException">The group has unfinished tasks.</exception>
    ValueTask RemoveAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Reads one group.</summary>
    /// <returns><see langword="null"/> if the group doesn't exist.</returns>
    ValueTask<GroupInfo?> GetAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Reads all groups, ordered by name.</summary>
    ValueTask<IReadOnlyList<GroupInfo>> ListAsync(CancellationToken cancellationToken = default);
}
