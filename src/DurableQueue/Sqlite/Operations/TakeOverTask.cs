namespace DurableQueue.Sqlite.Operations;

/// <summary>Takes over the attempt of a worker process that is gone from this machine, or an adopted one whose worker was stopped gracefully.</summary>
internal sealed class TakeOverTask(TaskId id, string worker) : WriteOperation<LeasedTask?>
{
    private const string SelectAdopted = "SELECT adopted FROM task WHERE id = @id";

    protected override LeasedTask? Execute(WriteContext context)
    {
        var row = TaskRow.Require(context.Db, id);
        if (row is not { State: TaskState.CheckedOut, WorkerId: { } workerId }
            || !(context.Workers.ProcessOf(workerId)?.IsGoneFromHere() ?? context.Db[SelectAdopted].Bind("@id", id.Value).Scalar() == 1))
        {
            return null;
        }

        return TakenOver.Take(context, row, worker);
    }
}
