using System.Globalization;
using System.Text.Json;
using DurableQueue.Benchmarks.Throughput;

namespace DurableQueue.Benchmarks.StatementCost;

/// <summary>
/// Counts what SQLite does for a task in each phase of its life, for the library and for the minimal queue. Every run gives the same figures.
/// </summary>
internal static class StatementCostRun
{
    private const string Usage = "statement-cost [--payload BYTES] [--json FILE] [--export DIRECTORY]";
    private const string WarmUp = "warm-up";
    private const int ListSize = 1_000;
    private const int Lists = 10;
    private const int BatchSize = 64;
    private const int Batches = 16;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    public static async Task RunAsync(string[] args)
    {
        var payload = new byte[100];
        string? json = null;
        string? export = null;
        for (var index = 0; index < args.Length; index += 2)
        {
            var value = index + 1 < args.Length ? args[index + 1] : throw new ArgumentException($"{args[index]} needs a value. Usage: {Usage}");
            switch (args[index])
            {
                case "--payload":
                    payload = new byte[int.Parse(value, CultureInfo.InvariantCulture)];
                    break;
                case "--json":
                    json = value;
                    break;
                case "--export":
                    export = value;
                    break;
                case var unknown:
                    throw new ArgumentException($"{unknown} is unknown. Usage: {Usage}");
            }
        }

        var clock = new StoppedClock();
        var options = new SqliteQueueOptions { TimeProvider = clock, TurnClock = clock, BackgroundSweeps = false };
        PhaseCost[] costs =
        [
            .. await CountAsync(path => new LibrarySide(path, options, payload), export),
            .. await CountAsync(path => new MinimalSide(path, options, payload), export),
        ];
        var engine = SQLitePCL.raw.sqlite3_libversion().utf8_to_string();
        Print(engine, payload.Length, costs);
        if (json is not null)
        {
            await File.WriteAllTextAsync(json, JsonSerializer.Serialize(new { sqlite = engine, costs }, Json) + "\n");
        }
    }

    private static async Task<IEnumerable<PhaseCost>> CountAsync(Func<string, ICostSide> open, string? exportDirectory)
    {
        using var file = new TemporaryFile();
        using var side = open(file.Path);
        using var export = exportDirectory is null ? null : new StatementExport(Path.Combine(exportDirectory, side.Name), file.Path, side.Connection);
        var phases = new PhaseCounts(side.Connection, export);

        // Prepares the statements, and fills what is cached.
        await phases.RunAsync(WarmUp, 0, async () =>
        {
            await side.EnqueueListAsync(ListSize);
            await side.EnqueueBatchAsync(BatchSize);
            await side.ClaimAsync(BatchSize);
            await side.CompleteAsync();
        });
        for (var list = 0; list < Lists; list++)
        {
            await phases.RunAsync("enqueue-list", ListSize, () => side.EnqueueListAsync(ListSize));
        }

        for (var batch = 0; batch < Batches; batch++)
        {
            await phases.RunAsync("enqueue", BatchSize, () => side.EnqueueBatchAsync(BatchSize));
        }

        for (var batch = 0; batch < Batches; batch++)
        {
            await phases.RunAsync("claim", BatchSize, () => side.ClaimAsync(BatchSize));
            await phases.RunAsync("complete", BatchSize, side.CompleteAsync);
        }

        return phases.PerTask(side.Name).Where(cost => cost.Phase != WarmUp);
    }

    private static void Print(string engine, int payload, IReadOnlyList<PhaseCost> costs)
    {
        Console.WriteLine($"SQLite {engine}, {payload} bytes of payload, batches of {BatchSize}, lists of {ListSize:N0}; per task:");
        Console.WriteLine($"{"side",-10}{"phase",-14}{"VM steps",10}{"pages read",12}{"pages written",15}");
        foreach (var cost in costs)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{cost.Side,-10}{cost.Phase,-14}{cost.Steps,10:F2}{cost.PagesRead,12:F3}{cost.PagesWritten,15:F4}"));
        }
    }
}
