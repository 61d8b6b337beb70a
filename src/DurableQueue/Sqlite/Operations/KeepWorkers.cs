namespace DurableQueue.Sqlite.Operations;

/// <summary>Marks the workers of this queue as seen, or removes them.</summary>
internal sealed class KeepWorkers(bool leave) : WriteOperation<bool>
{
    protected override bool Execute(WriteContext context)
    {
        if (leave)
        {
            context.Workers.RemoveAll();
        }
        else
        {
            context.Workers.MarkSeen(context.NowMs);
        }

        return true;
    }
}
