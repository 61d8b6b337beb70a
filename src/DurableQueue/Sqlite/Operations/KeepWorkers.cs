namespace DurableQueue.Sqlite.Operations;

/// <summary>Says that the workers of this queue live, or that they leave.</summary>
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
