namespace DurableQueue.Benchmarks.Throughput.Scenarios;

/// <summary>The length of the write-ahead log while 64 callers write and readers page through all tasks.</summary>
internal sealed class Wal : Scenario
{
    private const int Readers = 2;
    private const int Rounds = 10;

    public override string Name => "wal";

    public override int DefaultTasks => 300_000;

    public override async Task<Result> RunAsync(RunOptions options, int tasks)
    {
        using var file = new TemporaryFile();
        await using var queue = await SqliteTaskQueue.OpenAsync(file.Path, options.Queue);
        var task = Library.TaskOf(payloadBytes: 100);
        await Library.FillAsync(queue, tasks, task);

        using var written = new CancellationTokenSource();
        var longest = 0L;
        var reading = Enumerable.Range(0, Readers).Select(_ => Task.Run(() => PageAsync(queue, written.Token))).ToList();
        var watching = Task.Run(() => WatchAsync(file.Path + "-wal", length => longest = Math.Max(longest, length), written.Token));
        var part = Math.Max(1, tasks / Rounds);
        for (var round = 0; round < Rounds; round++)
        {
            await Library.DrainAsync(queue, part, Library.ManyCallers);
            await Library.FillAsync(queue, part, task, listSize: 1_000);
        }

        await written.CancelAsync();
        await Task.WhenAll([watching, .. reading]);
        return new Result
        {
            Scenario = Name,
            Pairs = 1,
            Figures = new Dictionary<string, double> { ["longest_mb"] = longest / 1e6, ["pages_read"] = reading.Sum(reader => reader.Result) },
        };
    }

    private static async Task<int> PageAsync(SqliteTaskQueue queue, CancellationToken written)
    {
        var pages = 0;
        TaskCursor? cursor = null;
        while (!written.IsCancellationRequested)
        {
            var page = await queue.Inspector.QueryAsync(new TaskQuery { Limit = 500, Cursor = cursor }, CancellationToken.None);
            cursor = page.Next;
            pages++;
        }

        return pages;
    }

    private static async Task WatchAsync(string path, Action<long> seen, CancellationToken written)
    {
        do
        {
            var log = new FileInfo(path);
            seen(log.Exists ? log.Length : 0);
            await Task.Delay(2, CancellationToken.None);
        }
        while (!written.IsCancellationRequested);
    }
}
