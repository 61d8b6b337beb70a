namespace DurableQueue.Sqlite.Operations;

/// <summary>Syncs the log, and so everything that was committed before.</summary>
internal sealed class SyncLog : WriteOperation<bool>
{
    protected override bool Execute(WriteContext context)
    {
        context.Tokens.SetOneMoreApart();
        return true;
    }
}
