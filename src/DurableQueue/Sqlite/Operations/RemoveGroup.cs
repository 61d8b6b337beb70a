namespace DurableQueue.Sqlite.Operations;

/// <summary>Removes a group that has no unfinished tasks.</summary>
internal sealed class RemoveGroup(string name) : WriteOperation<bool>
{
    protected override bool Execute(WriteContext context)
    {
        var group = context.Groups.Require(name);
        if (group.HasUnfinished)
        {
            throw new GroupStateException(name, $"The group '{name}' has {group.Counts.Queued} queued and {group.Counts.Running + group.Counts.Waiting} checked-out tasks.");
        }

        group.SetRemoved(true);
        return true;
    }
}
