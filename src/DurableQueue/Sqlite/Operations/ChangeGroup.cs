using DurableQueue.Dependencies;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Changes settings of an existing group.</summary>
internal sealed class ChangeGroup(string name, GroupChange change) : WriteOperation<bool>
{
    protected override bool Execute(WriteContext context)
    {
        var group = context.Groups.Require(name);
        if (change.Parallelism is { } limit)
        {
            group.SetParallelism(limit);
        }

        if (change.Paused is { } paused)
        {
            group.SetPaused(paused);
            if (!paused)
            {
                context.Cascade.Add(CascadeKind.Doomed, group.Id);
            }
        }

        if (change.PauseOnFailure is { } pauseOnFailure)
        {
            group.SetPauseOnFailure(pauseOnFailure);
        }

        group.SetConfigured();
        return true;
    }
}
