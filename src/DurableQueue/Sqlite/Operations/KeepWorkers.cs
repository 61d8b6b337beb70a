namespace DurableQueue.Sqlite.Operations;

/// <summary>Says that the workers of this queue live, or that they leave.</summary>
internal sealed class KeepWorkers(bool leave) : WriteOperation<bool>
{
    protected override bool Execute(WriteSession session)
    {
        if (leave)
        {
            session.Workers.Leave();
        }
        else
        {
            session.Workers.Seen(session.NowMs);
        }

        return true;
    }
}
