namespace DurableQueue.Sqlite.Operations;

/// <summary>Stores a gate, or removes one.</summary>
internal sealed class ChangeGate(Func<GateTable, bool> change) : WriteOperation<bool>
{
    protected override bool Execute(WriteSession session) => change(session.Gates);
}
