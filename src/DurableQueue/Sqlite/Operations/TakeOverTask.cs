namespace DurableQueue.Sqlite.Operations;

/// <summary>Goes on with the attempt of a worker process that is gone from this machine.</summary>
internal sealed class TakeOverTask(TaskId id, string worker) : WriteOperation<LeasedTask?>
{
    protected override LeasedTask? Execute(WriteSession session)
    {
        var row = TaskRow.Require(session.Db, id);
        if (row is not { State: TaskState.CheckedOut, WorkerId: { } workerId } || session.Workers.ProcessOf(workerId)?.IsGoneFromHere() != true)
        {
            return null;
        }

        return TakenOver.Take(session, row, worker);
    }
}
