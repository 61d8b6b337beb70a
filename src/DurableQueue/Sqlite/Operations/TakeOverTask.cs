namespace DurableQueue.Sqlite.Operations;

/// <summary>Goes on with the attempt of a worker process that is gone from this machine, or with an adopted one whose worker has stopped in good order.</summary>
internal sealed class TakeOverTask(TaskId id, string worker) : WriteOperation<LeasedTask?>
{
    private const string SelectAdopted = "SELECT adopted FROM task WHERE id = @id";

    protected override LeasedTask? Execute(WriteSession session)
    {
        var row = TaskRow.Require(session.Db, id);
        if (row is not { State: TaskState.CheckedOut, WorkerId: { } workerId }
            || !(session.Workers.ProcessOf(workerId)?.IsGoneFromHere() ?? session.Db[SelectAdopted].Bind("@id", id.Value).Scalar() == 1))
        {
            return null;
        }

        return TakenOver.Take(session, row, worker);
    }
}
