namespace DurableQueue.Sqlite.Operations;

/// <summary>Changes a setting of an existing group.</summary>
internal sealed class ChangeGroup(string name, Action<WriteSession, GroupState> change) : WriteOperation<bool>
{
    protected override bool Execute(WriteSession session)
    {
        change(session, session.Groups.Require(name));
        return true;
    }
}
