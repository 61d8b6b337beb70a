using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite;

/// <summary>Which process each worker of this queue lives in, stored so that others can tell whether it is gone.</summary>
internal sealed class WorkerRecords(WriteConnection db, ProcessIdentity process, string queueInstance)
{
    /// <summary>Workers are marked as seen every 5 s.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, long> ids = [];
    private readonly Dictionary<string, Offer> registered = [];
    private volatile bool any;
    private volatile bool anyUnstored;

    private const string Upsert =
        """
        INSERT INTO worker (name, host, boot_id, pid, pid_started_at, queue_instance, started_at_ms, last_seen_at_ms, types, group_names, capacity)
        VALUES (@name, @host, @bootId, @pid, @pidStartedAt, @instance, @now, @now, @types, @groups, @capacity)
        ON CONFLICT (name, queue_instance) DO UPDATE SET
            last_seen_at_ms = excluded.last_seen_at_ms, types = excluded.types, group_names = excluded.group_names, capacity = excluded.capacity
        RETURNING id
        """;

    private const string UpdateSeen = "UPDATE worker SET last_seen_at_ms = @now WHERE queue_instance = @instance";

    private const string DeleteMine = "DELETE FROM worker WHERE queue_instance = @instance";

    /// <summary>A worker that has not been seen for a day, and holds no lease, is history.</summary>
    private const string DeleteOld =
        $"""
        DELETE FROM worker
        WHERE last_seen_at_ms < @before
          AND id NOT IN (SELECT t.worker_id {TaskBlockSql.CheckedOutTasks})
        """;

    private const string SelectSeen = "SELECT host, boot_id, pid, pid_started_at, types, group_names FROM worker WHERE last_seen_at_ms > @after";

    private const string SelectProcess = "SELECT host, boot_id, pid, pid_started_at FROM worker WHERE id = @id";

    /// <summary>Whether a worker of this queue has been registered. Asked by other threads than the writer's; stays true when the ids are forgotten.</summary>
    public bool Any => any;

    /// <summary>Whether one has been registered that is not stored as it is now.</summary>
    public bool AnyUnstored => anyUnstored;

    /// <summary>
    /// A worker asked for tasks. Only kept in memory until it takes one or <see cref="MarkSeen"/> is called: idle workers must not
    /// write whenever they look, for a write wakes those of other processes, and theirs would wake these.
    /// </summary>
    public void Register(CheckoutRequest request)
    {
        var name = request.Worker;
        if (registered.TryGetValue(name, out var known) && known.IsOf(request))
        {
            return;
        }

        registered[name] = Offer.Of(request);
        ids.Remove(name);
        any = anyUnstored = true;
    }

    /// <summary>The row of a worker of this queue, made when it first takes a task.</summary>
    public long IdOf(string name, long nowMs)
    {
        if (ids.TryGetValue(name, out var id))
        {
            return id;
        }

        var offer = registered.GetValueOrDefault(name, Offer.Nothing);
        var upsert = db[Upsert].Bind("@name", name)
            .Bind("@host", process.Host)
            .Bind("@bootId", process.BootId)
            .Bind("@pid", process.Pid)
            .Bind("@pidStartedAt", process.StartedAt)
            .Bind("@instance", queueInstance)
            .Bind("@now", nowMs)
            .Bind("@types", ToJson(offer.Types))
            .Bind("@groups", ToJson(offer.Groups))
            .Bind("@capacity", offer.Capacity);
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

    /// <summary>Whether a worker that lives takes tasks of this type from this group.</summary>
    public bool IsServed(string type, string group, long nowMs)
    {
        var served = false;
        var select = db[SelectSeen].Bind("@after", nowMs - (long)StaleAfter.TotalMilliseconds);
        while (!served && select.Step())
        {
            served = Takes(select.NullableText(4), type)
                && Takes(select.NullableText(5), group)
                && !new ProcessIdentity(select.Text(0), select.Text(1), select.Int(2), select.Long(3)).IsGoneFromHere();
        }

        select.Reset();
        return served;
    }

    public void MarkSeen(long nowMs)
    {
        foreach (var name in registered.Keys)
        {
            IdOf(name, nowMs);
        }

        anyUnstored = false;
        db[UpdateSeen].Bind("@now", nowMs).Bind("@instance", queueInstance).Run();
        db[DeleteOld].Bind("@before", nowMs - (long)TimeSpan.FromDays(1).TotalMilliseconds).Run();
    }

    public void RemoveAll()
    {
        db[DeleteMine].Bind("@instance", queueInstance).Run();
        ids.Clear();
        registered.Clear();
        any = anyUnstored = false;
    }

    public void Forget() => ids.Clear();

    private static string? ToJson(IReadOnlyList<string>? names) => names is null ? null : StoredJson.WriteNames(names);

    private static bool Takes(string? names, string name) => names is null || StoredJson.ReadNames(names).Contains(name);

    /// <summary>What a worker takes.</summary>
    private sealed record Offer(IReadOnlyList<string>? Types, IReadOnlyList<string>? Groups, int? Capacity)
    {
        /// <summary>Of one that has asked for nothing, such as a command that ends what a worker left.</summary>
        public static readonly Offer Nothing = new([], [], null);

        public static Offer Of(CheckoutRequest request) => new(Copy(request.Types), Copy(request.Groups), request.Capacity);

        public bool IsOf(CheckoutRequest request) =>
            Capacity == request.Capacity && AreSame(Types, request.Types) && AreSame(Groups, request.Groups);

        private static string[]? Copy(IReadOnlyList<string>? names) => names is null ? null : [.. names];

        private static bool AreSame(IReadOnlyList<string>? x, IReadOnlyList<string>? y) =>
            x is null || y is null ? x is null && y is null : x.SequenceEqual(y);
    }
}
