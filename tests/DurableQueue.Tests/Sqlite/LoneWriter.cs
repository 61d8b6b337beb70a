using DurableQueue.Sqlite;
using DurableQueue.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableQueue.Tests.Sqlite;

/// <summary>A writer without a queue around it, on a file with a table for the operations of tests.</summary>
internal sealed class LoneWriter : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durablequeue-");
    private readonly Dispatcher dispatcher = new();
    private readonly FileLock fileLock;
    private int operations;

    /// <param name="unsynced">Whether operations that allow it may be answered before their sync.</param>
    public LoneWriter(bool unsynced = false)
    {
        SQLitePCL.Batteries_V2.Init();
        File = new QueueFile(Path.Combine(directory.FullName, "queue.db"), new SqliteQueueOptions());
        File.Create();
        fileLock = new FileLock(File.Paths.Lock);
        Db = File.OpenWriter();
        Migrations.Apply(Db);
        Db.Execute("CREATE TABLE mark (value INTEGER UNIQUE)");
        var context = new WriteContext(
            Db, Time, ProcessIdentity.Current(), "test", metrics: null, new LeaseTokens(Db, boot: "boot", mayBeUnsynced: unsynced));
        var opened = new OpenedFile(File, fileLock, new FilePresence(File.Paths, fileLock, NullLogger.Instance), Db, dispatcher);
        var checkpoints = new Checkpoints(Db, opened.Presence, NullLogger.Instance);
        var waiting = new WaitingWorkers((_, _) => throw new InvalidOperationException(), () => { }, dispatcher);
        Writer = new Writer(context, opened, checkpoints, Limit, TurnClock, waiting, _ =>
        {
            Batches.Add(operations);
            operations = 0;
        });
    }

    public QueueFile File { get; }

    public WriteConnection Db { get; }

    public Writer Writer { get; }

    public ManualTimeProvider Time { get; } = new();

    /// <summary>Turns end when a test says so, and not because the machine is slow.</summary>
    public ManualTimeProvider TurnClock { get; } = new();

    /// <summary>For each commit, how many operations have run since the one before.</summary>
    public List<int> Batches { get; } = [];

    public void CountRun() => operations++;

    public ValueTask<int> Run(int value) => Writer.RunAsync(new Mark(value, null, CountRun), default);

    public List<long> Marks()
    {
        var values = new List<long>();
        var select = Db["SELECT value FROM mark ORDER BY value"];
        while (select.Step())
        {
            values.Add(select.Long(0));
        }

        return values;
    }

    public void Dispose()
    {
        Writer.Dispose();
        Db.Dispose();
        fileLock.Dispose();
        dispatcher.Dispose();
        directory.Delete(recursive: true);
    }

    internal class Mark(int? value, Action? then, Action ran) : WriteOperation<int>
    {
        private const string Insert = "INSERT INTO mark (value) VALUES (@value)";

        protected override int Execute(WriteContext context)
        {
            ran();
            if (value is { } number)
            {
                context.Db[Insert].Bind("@value", number).Run();
            }

            then?.Invoke();
            return value ?? 0;
        }
    }
}
