using DurableQueue.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableQueue.Benchmarks.Throughput;

/// <summary>
/// The limit: the row changes of the library on its own schema and pragmas, by statements of its own, with its checkpoints. A task is read
/// and completed by one statement each, or (<c>oneStatement</c>) a batch is.
/// </summary>
internal sealed class BareQueue : IBareLoop
{
    private const string Begin = "BEGIN IMMEDIATE";
    private const string Commit = "COMMIT";
    private const string SelectCounters = "SELECT next_task_id, finish_sequence FROM queue_state";
    private const string EnsureLane = "INSERT OR IGNORE INTO task_type VALUES (1, 'work'); INSERT OR IGNORE INTO lane (id, group_id, type_id, urgent) VALUES (1, 1, 1, 0)";

    private const string InsertTask =
        "INSERT INTO task (id, lane_id, state, holds, rank, position, max_attempts, enqueued_at_ms) VALUES (@id, 1, 0, 0, 0, @id, 3, @now)";

    private const string InsertBody = "INSERT INTO task_body (id, payload) VALUES (@id, @payload)";

    private const string UpdateGroup =
        "UPDATE task_group SET queued = queued + @queued, running = running + @running, done = done + @done WHERE id = @id";

    private const string UpdateCounters = "UPDATE queue_state SET next_task_id = @next, finish_sequence = @finish WHERE id = 1";

    private const string SelectBestLanes =
        """
        SELECT id, head_rank, head_position, group_id FROM lane INDEXED BY lane_best
        WHERE runnable = 1 ORDER BY urgent DESC, head_rank, head_position LIMIT 2
        """;

    private const string Claim =
        """
        UPDATE task SET state = 1, attempt = attempt + 1, token = token + 1, lease_ms = 300000, lease_expires_at_ms = @expires, started_at_ms = @now,
                        worker_id = 1, worker = 'bare'
        WHERE id IN (
          SELECT id FROM task INDEXED BY task_ready
          WHERE lane_id = @lane AND state = 0 AND holds = 0 AND (rank, position) < (@beforeRank, @beforePosition)
          ORDER BY rank, position LIMIT @limit)
        """;

    private const string ClaimOnly = Claim + " RETURNING id, token";
    private const string ClaimWithBody = Claim + " RETURNING id, token, (SELECT payload FROM task_body b WHERE b.id = task.id)";
    private const string SelectBody = "SELECT payload FROM task_body WHERE id = @id";

    private const string SelectHead =
        """
        SELECT id, rank, position FROM task INDEXED BY task_ready
        WHERE lane_id = @lane AND state = 0 AND holds = 0 ORDER BY rank, position LIMIT 1
        """;

    private const string UpdateLane = "UPDATE lane SET runnable = @runnable, head_task = @task, head_rank = @rank, head_position = @position WHERE id = @id";

    private const string CompleteOne =
        """
        UPDATE task SET state = 2, outcome = 1, lease_expires_at_ms = NULL, finished_at_ms = @now, finish_sequence = @sequence
        WHERE id = @id AND token = @token AND state = 1
        """;

    private readonly WriteConnection db;
    private readonly Checkpoints checkpoints;
    private readonly bool oneStatement;
    private readonly List<(long Id, long Token, long Group)> leased = [];
    private readonly Dictionary<long, int> leasedOfGroup = [];
    private readonly long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    private long nextId;
    private long finish;
    private bool hasHead;

    public BareQueue(string path, SqliteQueueOptions options, bool oneStatement = false)
    {
        this.oneStatement = oneStatement;
        SQLitePCL.Batteries_V2.Init();
        var file = new Sqlite.QueueFile(path, options);
        file.Create();
        db = file.OpenWriter();
        Migrations.Apply(db);
        checkpoints = new Checkpoints(db, new FilePresence(file.Paths, new FileLock(file.Paths.Lock), NullLogger.Instance), NullLogger.Instance);
        db.Execute(EnsureLane);
        var counters = db[SelectCounters];
        counters.Step();
        (nextId, finish) = (counters.Long(0), counters.Long(1));
        counters.Reset();
    }

    public void Enqueue(int count, byte[] payload)
    {
        db[Begin].Run();
        var first = nextId;
        for (var task = 0; task < count; task++, nextId++)
        {
            db[InsertTask].Bind("@id", nextId).Bind("@now", now).Run();
            db[InsertBody].Bind("@id", nextId).Bind("@payload", payload).Run();
        }

        if (!hasHead)
        {
            WriteHead(1, first, 0, first);
            hasHead = true;
        }

        Count(1, count, 0, 0);
        WriteCounters();
        CommitAndCheckpoint();
    }

    public int Checkout(int most)
    {
        db[Begin].Run();
        leased.Clear();
        leasedOfGroup.Clear();
        while (leased.Count < most && TakeFromBestLane(most - leased.Count))
        {
        }

        foreach (var (group, count) in leasedOfGroup)
        {
            Count(group, -count, count, 0);
        }

        CommitAndCheckpoint();
        return leased.Count;
    }

    public void Complete()
    {
        db[Begin].Run();
        if (oneStatement && leased.Count == CompleteBatch.Size)
        {
            CompleteBatch.Run(db, now, finish, leased);
            finish += leased.Count;
        }
        else
        {
            foreach (var (id, token, _) in leased)
            {
                db[CompleteOne].Bind("@id", id).Bind("@token", token).Bind("@now", now).Bind("@sequence", ++finish).Run();
            }
        }

        foreach (var (group, count) in leasedOfGroup)
        {
            Count(group, 0, -count, count);
        }

        WriteCounters();
        CommitAndCheckpoint();
    }

    /// <summary>As many as come before the head of the second best lane.</summary>
    private bool TakeFromBestLane(int most)
    {
        var lanes = db[SelectBestLanes];
        if (!lanes.Step())
        {
            return false;
        }

        var (lane, group) = (lanes.Long(0), lanes.Long(3));
        var (beforeRank, beforePosition) = lanes.Step() ? (lanes.Long(1), lanes.Long(2)) : (long.MaxValue, long.MaxValue);
        lanes.Reset();

        var first = leased.Count;
        var claim = db[oneStatement ? ClaimWithBody : ClaimOnly].Bind("@lane", lane).Bind("@now", now).Bind("@expires", now + 300_000)
            .Bind("@beforeRank", beforeRank).Bind("@beforePosition", beforePosition).Bind("@limit", (long)most);
        while (claim.Step())
        {
            leased.Add((claim.Long(0), claim.Long(1), group));
            if (oneStatement)
            {
                claim.Blob(2);
            }
        }

        for (var index = first; index < leased.Count && !oneStatement; index++)
        {
            var body = db[SelectBody].Bind("@id", leased[index].Id);
            body.Step();
            body.Blob(0);
            body.Reset();
        }

        leasedOfGroup[group] = leasedOfGroup.GetValueOrDefault(group) + leased.Count - first;
        LookUpHead(lane);
        return true;
    }

    private void LookUpHead(long lane)
    {
        var head = db[SelectHead].Bind("@lane", lane);
        hasHead = head.Step();
        if (hasHead)
        {
            var (task, rank, position) = (head.Long(0), head.Long(1), head.Long(2));
            head.Reset();
            WriteHead(lane, task, rank, position);
        }
        else
        {
            WriteHead(lane, null, null, null);
        }
    }

    private void WriteHead(long lane, long? task, long? rank, long? position) =>
        db[UpdateLane].Bind("@id", lane).Bind("@runnable", task is not null).Bind("@task", task).Bind("@rank", rank).Bind("@position", position).Run();

    private void Count(long group, long queued, long running, long done) =>
        db[UpdateGroup].Bind("@id", group).Bind("@queued", queued).Bind("@running", running).Bind("@done", done).Run();

    private void WriteCounters() => db[UpdateCounters].Bind("@next", nextId).Bind("@finish", finish).Run();

    private void CommitAndCheckpoint()
    {
        db[Commit].Run();
        checkpoints.RunIfDue();
    }

    public void Dispose()
    {
        checkpoints.RunAtClose();
        db.Dispose();
    }
}
