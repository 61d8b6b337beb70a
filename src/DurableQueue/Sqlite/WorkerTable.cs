namespace DurableQueue.Sqlite;

/// <summary>Which process each worker of this queue lives in, stored so that others can tell whether it is gone.</summary>
internal sealed class WorkerTable(WriteConnection db, ProcessIdentity process, string queueInstance)
{
    private readonly Dictionary<string, long> ids = [];
    private volatile bool any;

    private const string Upsert =
        """
        INSERT INTO worker (name, host, boot_id, pid, pid_started_at, queue_instance, started_at_ms, last_seen_at_ms)
        VALUES (@name, @host, @bootId, @pid, @pidStartedAt, @instance, @now, @now)
        ON CONFLICT (name, queue_instance) DO UPDATE SET last_seen_at_ms = excluded.last_seen_at_ms
        RETURNING id
        """;

    private const string UpdateSeen = "UPDATE worker SET last_seen_at_ms = @now WHERE queue_instance = @instance";

    private const string DeleteMine = "DELETE FROM worker WHERE queue_instance = @instance";

    /// <summary>A worker that has not been seen for a day, and holds no lease, is history.</summary>
    private const string DeleteOld =
        """
        DELETE FROM worker
        WHERE last_seen_at_ms < @before AND id NOT IN (SELECT worker_id FROM task INDEXED BY task_lease WHERE state = 1)
        """;

    private const string SelectProcess = "SELECT host, boot_id, pid, pid_started_at FROM worker WHERE id = @id";

    /// <summary>Whether a worker of this queue has been stored. Asked by other threads than the writer's; stays true when the ids are forgotten.</summary>
    public bool Any => any;

    /// <summary>The row of a worker of this queue, made at its first checkout.</summary>
    public long IdOf(string name, long nowMs)
    {
        if (ids.TryGetValue(name, out var id))
        {
            return id;
        }

        var upsert = db[Upsert].Bind("@name", name)
            .Bind("@host", process.Host)
            .Bind("@bootId", process.BootId)
            .Bind("@pid", process.Pid)
            .Bind("@pidStartedAt", process.StartedAt)
            .Bind("@instance", queueInstance)
            .Bind("@now", nowMs);
        upsert.Step();
        id = upsert.Long(0);
        upsert.Run();
        ids.Add(name, id);
        any = true;
        return id;
    }

    /// <summary>The process of a worker, or <see langword="null"/> if it stopped in good order.</summary>
    public ProcessIdentity? ProcessOf(long id)
    {
        var select = db[SelectProcess].Bind("@id", id);
        if (!select.Step())
        {
            return null;
        }

        var found = new ProcessIdentity(select.Text(0), select.Text(1), select.Int(2), select.Long(3));
        select.Reset();
        return found;
    }

    public void Seen(long nowMs)
    {
        db[UpdateSeen].Bind("@now", nowMs).Bind("@instance", queueInstance).Run();
        db[DeleteOld].Bind("@before", nowMs - (long)TimeSpan.FromDays(1).TotalMilliseconds).Run();
    }

    public void Leave()
    {
        db[DeleteMine].Bind("@instance", queueInstance).Run();
        ids.Clear();
        any = false;
    }

    public void Forget() => ids.Clear();
}
