namespace DurableQueue.Storage;

/// <summary>The groups. A call that names a missing one throws <see cref="GroupNotFoundException"/>, unless it creates it.</summary>
internal interface IGroupStore
{
    /// <summary>The same, with each change recorded under a name.</summary>
    IGroupStore As(string by);

    ValueTask EnsureAsync(string name, int? parallelism, CancellationToken cancellationToken);

    /// <returns>False if it exists.</returns>
    ValueTask<bool> CreateAsync(string name, int parallelism, CancellationToken cancellationToken);

    ValueTask ChangeAsync(string name, GroupChange change, CancellationToken cancellationToken);

    /// <exception cref="GroupStateException">It has unfinished tasks.</exception>
    ValueTask RemoveAsync(string name, CancellationToken cancellationToken);

    ValueTask<GroupInfo?> FindAsync(string name, CancellationToken cancellationToken);

    /// <returns>All of them, in no order.</returns>
    ValueTask<IReadOnlyList<GroupInfo>> ReadAllAsync(CancellationToken cancellationToken);
}
