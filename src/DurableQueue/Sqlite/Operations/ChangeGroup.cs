namespace DurableQueue.Sqlite.Operations;

/// <summary>Changes a setting of an existing group.</summary>
internal sealed class ChangeGroup(string name, Action<WriteSession, GroupState> change) : WriteOperation<bool>
{
    protected override bool Execute(WriteSession session)
    {
        var group = session.Groups.Require(name);
        change(session, group);
        if (!group.Removed)
        {
            group.SetConfigured();
        }

        return true;
    }
}
