namespace DurableQueue;

/// <summary>The groups of a queue. The group <c>default</c> always exists; groups made by an enqueue have no limit.</summary>
/// <remarks>Methods that name a group throw <see cref="GroupNotFoundException"/> if there is none, where not said otherwise.</remarks>
public interface ITaskGroups
{
    /// <summary>Makes the group if it does not exist, with default settings also if it was removed; sets its limit if one is given.</summary>
    /// <param name="name">1 to 128 characters of <c>[A-Za-z0-9._:/-]</c>.</param>
    /// <param name="parallelism">How many of its tasks may run at once; 0 means no limit; <see langword="null"/> leaves it (a new group: 0).</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    ValueTask EnsureAsync(string name, int? parallelism = null, CancellationToken cancellationToken = default);

    /// <summary>Sets how many tasks of the group may run at once, over all processes. Those that run go on when it is lowered.</summary>
    /// <param name="name">The group.</param>
    /// <param name="parallelism">0 means no limit.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    ValueTask SetParallelismAsync(string name, int parallelism, CancellationToken cancellationToken = default);

    /// <summary>Stops new checkouts of the group. Tasks that run go on. Dependents that must fail are kept until the resume.</summary>
    ValueTask PauseAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Ends a pause. Dependents that lost their dependency meanwhile are settled, in chunks.</summary>
    ValueTask ResumeAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Whether the group pauses itself when a task of it fails for good.</summary>
    ValueTask SetPauseOnFailureAsync(string name, bool pauseOnFailure, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes a group without unfinished tasks. Its finished tasks keep its name. What brings it back by itself (an enqueue, a schedule, a retry, an edit)
    /// brings it back with its limit and pause; <see cref="EnsureAsync"/> makes it with default settings.
    /// </summary>
    /// <exception cref="ArgumentException">The group is <c>default</c>.</exception>
    /// <exception cref="GroupStateException">It has unfinished tasks.</exception>
    ValueTask RemoveAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Reads a group; <see langword="null"/> if there is none.</summary>
    ValueTask<GroupInfo?> GetAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Reads all groups, by name.</summary>
    ValueTask<IReadOnlyList<GroupInfo>> ListAsync(CancellationToken cancellationToken = default);
}
