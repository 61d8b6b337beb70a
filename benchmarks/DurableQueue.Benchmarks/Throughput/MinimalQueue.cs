using DurableQueue.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableQueue.Benchmarks.Throughput;

/// <summary>The least that could be called a queue: one table, one partial index. What our columns, indexes and counters cost beside it.</summary>
internal sealed class MinimalQueue : IBareLoop
{
    private const string Schema =
        """
        CREATE TABLE job (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, priority INTEGER NOT NULL, token INTEGER NOT NULL, expires INTEGER, payload BLOB);
        CREATE INDEX job_ready ON job (priority, id) WHERE state = 0;
        """;

    private const string Begin = "BEGIN IMMEDIATE";
    private const string Commit = "COMMIT";
    private const string Insert = "INSERT INTO job (state, priority, token, payload) VALUES (0, 0, 0, @payload)";

    private const string Claim =
        """
        UPDATE job SET state = 1, token = token + 1, expires = @expires
        WHERE id IN (SELECT id FROM job INDEXED BY job_ready WHERE state = 0 ORDER BY priority, id LIMIT @limit)
        RETURNING id, token, payload
        """;

    private const string CompleteOne = "UPDATE job SET state = 2, expires = NULL WHERE id = @id AND token = @token AND state = 1";

    private readonly WriteConnection db;
    private readonly Checkpoints checkpoints;
    private readonly List<(long Id, long Token)> leased = [];
    private readonly long expires = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 300_000;

    public MinimalQueue(string path, SqliteQueueOptions options)
    {
        SQLitePCL.Batteries_V2.Init();
        var file = new Sqlite.QueueFile(path, options);
        file.Create();
        db = file.OpenWriter();
        checkpoints = new Checkpoints(db, new FilePresence(file.Paths, new FileLock(file.Paths.Lock), NullLogger.Instance), NullLogger.Instance);
        db.Execute(Schema);
    }

    /// <summary>The native handle of the connection.</summary>
    public nint Connection => db.Handle.DangerousGetHandle();

    public void Enqueue(int count, byte[] payload)
    {
        db[Begin].Run();
        for (var task = 0; task < count; task++)
        {
            db[Insert].Bind("@payload", payload).Run();
        }

        CommitAndCheckpoint();
    }

    public int Checkout(int most)
    {
        db[Begin].Run();
        leased.Clear();
        var claim = db[Claim].Bind("@expires", expires).Bind("@limit", (long)most);
        while (claim.Step())
        {
            leased.Add((claim.Long(0), claim.Long(1)));
            claim.Blob(2);
        }

        CommitAndCheckpoint();
        return leased.Count;
    }

    public void Complete()
    {
        db[Begin].Run();
        foreach (var (id, token) in leased)
        {
            db[CompleteOne].Bind("@id", id).Bind("@token", token).Run();
        }

        CommitAndCheckpoint();
    }

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
