using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>Checks what is asked of groups.</summary>
internal sealed class TaskGroups(IGroupStore store) : ITaskGroups
{
    public ITaskGroups As(string by) => new TaskGroups(store.As(Requester.Check(by)));

    public ValueTask EnsureAsync(string name, int? parallelism = null, CancellationToken cancellationToken = default)
    {
        Check.Name(name, nameof(name));
        if (parallelism is { } limit)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(limit, nameof(parallelism));
        }

        return store.EnsureAsync(name, parallelism, cancellationToken);
    }

    public ValueTask<bool> CreateAsync(string name, int parallelism = 0, CancellationToken cancellationToken = default)
    {
        Check.Name(name, nameof(name));
        ArgumentOutOfRangeException.ThrowIfNegative(parallelism);
        return store.CreateAsync(name, parallelism, cancellationToken);
    }

    public ValueTask SetParallelismAsync(string name, int parallelism, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(parallelism);
        return ChangeAsync(name, new GroupChange { Parallelism = parallelism }, cancellationToken);
    }

    public ValueTask PauseAsync(string name, CancellationToken cancellationToken = default) =>
        ChangeAsync(name, new GroupChange { Paused = true }, cancellationToken);

    public ValueTask ResumeAsync(string name, CancellationToken cancellationToken = default) =>
        ChangeAsync(name, new GroupChange { Paused = false }, cancellationToken);

    public ValueTask SetPauseOnFailureAsync(string name, bool pauseOnFailure, CancellationToken cancellationToken = default) =>
        ChangeAsync(name, new GroupChange { PauseOnFailure = pauseOnFailure }, cancellationToken);

    public ValueTask RemoveAsync(string name, CancellationToken cancellationToken = default)
    {
        if (name == NewTask.DefaultGroup)
        {
            throw new ArgumentException($"The group '{name}' can't be removed.", nameof(name));
        }

        Check.Name(name, nameof(name));
        return store.RemoveAsync(name, cancellationToken);
    }

    public ValueTask<GroupInfo?> GetAsync(string name, CancellationToken cancellationToken = default)
    {
        Check.Name(name, nameof(name));
        return store.FindAsync(name, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<GroupInfo>> ListAsync(CancellationToken cancellationToken = default) =>
        [.. (await store.ReadAllAsync(cancellationToken).ConfigureAwait(false)).OrderBy(group => group.Name, StringComparer.Ordinal)];

    private ValueTask ChangeAsync(string name, GroupChange change, CancellationToken cancellationToken)
    {
        Check.Name(name, nameof(name));
        return store.ChangeAsync(name, change, cancellationToken);
    }
}
