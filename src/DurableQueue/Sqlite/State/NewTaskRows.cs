namespace DurableQueue.Sqlite;

/// <summary>
/// The usual rows of new tasks, gathered and written many by one statement. That takes half the work of a statement for each row, most of which goes into
/// opening the indexes.
/// </summary>
internal sealed class NewTaskRows(WriteConnection db, WriteClock clock)
{
    /// <summary>Larger payloads are written alone: SQLite keeps a copy of what is bound to a statement until the statement runs again.</summary>
    private const int LargestPayload = 16_384;

    private static readonly int[] Sizes = [64, 16, 4, 1];

    // OR FAIL: a statement of several rows that may abort keeps copies of the pages that it changes. A row that fails ends the transaction anyway.
    private static readonly string[] InsertTasks = OfEachSize(
        "INSERT OR FAIL INTO task (id, lane_id, state, holds, rank, position, max_attempts, enqueued_at_ms) VALUES ",
        row => $"(?{2 + (4 * row)}, ?{3 + (4 * row)}, {TaskStateCode.Queued}, {HoldCode.None}, ?{4 + (4 * row)}, ?{2 + (4 * row)}, ?{5 + (4 * row)}, ?1)");

    private static readonly string[] InsertPayloads = OfEachSize(
        "INSERT OR FAIL INTO task_body (id, payload) VALUES ",
        row => $"(?{1 + (2 * row)}, ?{2 + (2 * row)})");

    private readonly (long Id, long Lane, long Rank, int MaxAttempts)[] tasks = new (long, long, long, int)[Sizes[0]];
    private readonly (long Id, ReadOnlyMemory<byte> Bytes)[] payloads = new (long, ReadOnlyMemory<byte>)[Sizes[0]];
    private int taskCount;
    private int payloadCount;

    /// <summary>A ready task that has nothing but a lane, a rank and a number of attempts.</summary>
    public void AddTask(TaskId id, LaneState lane, long rank, int maxAttempts)
    {
        tasks[taskCount++] = (id.Value, lane.Id, rank, maxAttempts);
        if (taskCount == tasks.Length)
        {
            WriteTasks();
        }
    }

    /// <summary>The payload of a task that has no other body.</summary>
    public void AddPayload(TaskId id, ReadOnlyMemory<byte> payload)
    {
        if (payload.Length > LargestPayload)
        {
            db[InsertPayloads[^1]].Bind(1, id.Value).Bind(2, payload.Span).Run();
            return;
        }

        payloads[payloadCount++] = (id.Value, payload);
        if (payloadCount == payloads.Length)
        {
            WritePayloads();
        }
    }

    /// <summary>Writes what was gathered. Called by whoever has added, before anything can read it.</summary>
    public void Write()
    {
        WriteTasks();
        WritePayloads();
    }

    /// <summary>Drops what was gathered: the transaction was rolled back.</summary>
    public void Forget()
    {
        taskCount = payloadCount = 0;
        Array.Clear(payloads);
    }

    private void WriteTasks()
    {
        for (var written = 0; written < taskCount;)
        {
            var insert = Largest(InsertTasks, taskCount - written, out var size).Bind(1, clock.NowMs);
            for (var parameter = 2; size > 0; size--)
            {
                var (id, lane, rank, maxAttempts) = tasks[written++];
                insert.Bind(parameter++, id).Bind(parameter++, lane).Bind(parameter++, rank).Bind(parameter++, maxAttempts);
            }

            insert.Run();
        }

        taskCount = 0;
    }

    private void WritePayloads()
    {
        for (var written = 0; written < payloadCount;)
        {
            var insert = Largest(InsertPayloads, payloadCount - written, out var size);
            for (var parameter = 1; size > 0; size--)
            {
                var (id, bytes) = payloads[written];
                payloads[written++] = default;
                insert.Bind(parameter++, id).Bind(parameter++, bytes.Span);
            }

            insert.Run();
        }

        payloadCount = 0;
    }

    /// <summary>The statement for as many rows as there are, or for the next smaller number of rows that has one.</summary>
    private Statement Largest(string[] inserts, int rows, out int size)
    {
        var index = 0;
        while (Sizes[index] > rows)
        {
            index++;
        }

        size = Sizes[index];
        return db[inserts[index]];
    }

    private static string[] OfEachSize(string insert, Func<int, string> row) =>
        Array.ConvertAll(Sizes, size => insert + string.Join(", ", Enumerable.Range(0, size).Select(row)));
}
