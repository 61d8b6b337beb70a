namespace DurableQueue.Sqlite.Operations;

/// <summary>Changes a setting of an existing group.</summary>
internal sealed class ChangeGroup(string name, Action<WriteContext, GroupState> change) : WriteOperation<bool>
{
    protected override bool Execute(WriteContext context)
    {
        var group = context.Groups.Require(name);
        change(context, group);
        if (!group.Removed)
        {
            group.SetConfigured();
        }

        return true;
    }
}
