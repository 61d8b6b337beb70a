namespace DurableQueue.Sqlite.Operations;

/// <summary>Stores a gate, or removes one.</summary>
internal sealed class ChangeGate(Func<ApprovalGates, bool> change) : WriteOperation<bool>
{
    protected override bool Execute(WriteContext context) => change(context.Gates);
}
