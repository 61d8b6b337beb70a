using System.Diagnostics;
using System.Globalization;
using DurableQueue.Sqlite;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Benchmarks;

/// <summary>What a page that shows the queue asks again and again, on a file with many queued tasks, many finished ones and a few that run.</summary>
internal static class Reads
{
    private const int Running = 10;
    private const int Groups = 50;

    /// <summary>For searches that no index serves.</summary>
    private static readonly ReadLimit Limit = new();

    private static readonly (string Name, TaskQuery Query)[] Pages =
    [
        ("newest", new TaskQuery { Order = TaskOrder.EnqueuedDescending }),
        ("oldest queued", new TaskQuery { States = [TaskState.Queued] }),
        ("next to run", new TaskQuery { Order = TaskOrder.Run }),
        ("checked out", new TaskQuery { States = [TaskState.CheckedOut] }),
        ("status=running and type=runs", InWords("status=running and type=runs")),
        ("last finished", new TaskQuery { Order = TaskOrder.FinishedDescending }),
        ("last failed", new TaskQuery { Order = TaskOrder.FinishedDescending, States = [TaskState.Failed] }),
        ("status=failed order by ended desc", InWords("status=failed order by ended desc")),
        ("awaiting approval", new TaskQuery { Holds = TaskHolds.Approval }),
        ("one label", new TaskQuery { Label = "label-7" }),
    ];

    private static readonly (string Name, TaskQuery Query)[] Scans =
    [
        ("type=none-such", InWords("type=none-such")),
        ("status=stashed and group=none-such", InWords("status=stashed and group=none-such")),
        ("command~none-such", InWords("command~none-such")),
        ("status=done and label~none-such", InWords("status=done and label~none-such order by ended desc")),
        ("type=none-such, next to run", new TaskQuery { Order = TaskOrder.Run, Types = ["none-such"] }),
        ("status=queued order by priority desc", InWords("status=queued order by priority desc")),
    ];

    /// <param name="args">Optionally <c>--tasks N</c>: how many tasks, half of them finished; <c>--repeats N</c>.</param>
    public static async Task RunAsync(string[] args)
    {
        var tasks = CommandLine.Number(args, "--tasks", 1_000_000);
        var repeats = CommandLine.Number(args, "--repeats", 500);
        await using var file = await QueueFile.CreateAsync();
        var clock = Stopwatch.StartNew();
        await FillAsync(file, tasks / 2);
        var counts = (await file.Queue.Inspector.CountAsync()).Total;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{counts.Queued:N0} queued, {counts.CheckedOut:N0} running, {counts.Done + counts.Failed:N0} finished tasks in {Groups} groups, filled in {clock.Elapsed.TotalSeconds:F0} s; {repeats} times each, in ms"));
        Console.WriteLine($"{"",-44}{"p50",9}{"p99",9}{"longest",9}{"bound",9}");

        Print("overview: counts, groups, workers", 5, await MeasureAsync(repeats, () => OverviewAsync(file.Queue)));
        foreach (var (name, query) in Pages)
        {
            Print($"page of 50: {name}", 10, await MeasureAsync(repeats, () => file.Queue.Inspector.QueryAsync(query with { ReadLimit = Limit }).AsTask()));
        }

        var far = await FarAsync(file.Queue, new TaskQuery { Order = TaskOrder.Run, Limit = 10_000 });
        Print("page of 50: next to run, behind 100,000", 10, await MeasureAsync(repeats, () => file.Queue.Inspector.QueryAsync(far with { Limit = 50, ReadLimit = Limit }).AsTask()));
        foreach (var (name, query) in Scans)
        {
            var page = await file.Queue.Inspector.QueryAsync(query with { ReadLimit = Limit });
            var times = await MeasureAsync(Math.Max(1, repeats / 10), () => file.Queue.Inspector.QueryAsync(query with { ReadLimit = Limit }).AsTask());
            Print(string.Create(CultureInfo.InvariantCulture, $"search: {name}"), 100, times);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    the first time {page.Searched!.Rows:N0} tasks, {(page.Searched.Complete ? "all" : "and stopped there")}"));
        }

        Print("one state of the file, in a search of all", 250, MeasureStates(file));
    }

    private static TaskQuery InWords(string words) => new() { Filter = TaskFilter.Parse(words, TimeProvider.System, TimeZoneInfo.Utc) };

    private static async Task FillAsync(QueueFile file, int half)
    {
        await FillAsync(file.Queue, half, number => New(number));
        var finished = 0;
        while (await file.Queue.CheckoutAsync(new CheckoutRequest { Worker = "benchmark" }, 1_000) is { Count: > 0 } tasks)
        {
            await Task.WhenAll(tasks.Select(task => finished++ % 100 == 0
                ? file.Queue.FailAsync(task.Lease, new TaskFailure("broke") { Permanent = true }).AsTask()
                : file.Queue.CompleteAsync(task.Lease).AsTask()));
        }

        var parent = await file.Queue.EnqueueAsync(QueueFile.Task with { Stashed = true });
        await FillAsync(file.Queue, half - 1, number => (number % 1_000) switch
        {
            < 10 => New(number) with { Delay = TimeSpan.FromDays(1 + (number % 7)) },
            10 => New(number) with { Stashed = true },
            < 20 => New(number) with { After = [parent] },
            20 when number % 10_000 == 20 => New(number) with { RequiresApproval = true },
            _ => New(number),
        });
        await file.Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("runs"), Running)]);
        await file.Queue.CheckoutAsync(new CheckoutRequest { Worker = "benchmark", Types = ["runs"], LeaseDuration = TimeSpan.FromHours(24) }, Running);
    }

    private static NewTask New(int number) => QueueFile.Task with
    {
        Type = $"type-{number % 5}",
        Group = $"group-{number % Groups}",
        Priority = number % 3,
        Label = number % 50 == 0 ? $"label-{number / 50 % 100}" : null,
    };

    private static async Task FillAsync(ITaskQueue queue, int count, Func<int, NewTask> make)
    {
        for (var first = 0; first < count; first += 10_000)
        {
            await queue.EnqueueAsync([.. Enumerable.Range(first, Math.Min(10_000, count - first)).Select(make)]);
        }
    }

    private static async Task OverviewAsync(ITaskQueue queue)
    {
        await queue.Inspector.CountAsync();
        await queue.Groups.ListAsync();
        await queue.Inspector.GetWorkersAsync();
    }

    /// <summary>A query that continues behind ten pages.</summary>
    private static async Task<TaskQuery> FarAsync(ITaskQueue queue, TaskQuery query)
    {
        for (var page = 0; page < 10 && (await queue.Inspector.QueryAsync(query)).Next is { } next; page++)
        {
            query = query with { Cursor = next };
        }

        return query;
    }

    private static async Task<List<double>> MeasureAsync(int repeats, Func<Task> read)
    {
        var times = new List<double>();
        for (var repeat = -Math.Max(1, repeats / 10); repeat < repeats; repeat++)
        {
            var start = Stopwatch.GetTimestamp();
            await read();
            if (repeat >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        return times;
    }

    /// <summary>How long each part of searches through the whole file holds its state.</summary>
    private static List<double> MeasureStates(QueueFile file)
    {
        using var connection = new SqliteConnection($"Data Source={file.Path};Pooling=False");
        connection.Open();
        var times = new List<double>();
        foreach (var (_, query) in Scans)
        {
            var search = new TaskSearch(query with { ReadLimit = new ReadLimit { MaxRows = 1_000_000, MaxTime = TimeSpan.FromMinutes(1) } }, TimeProvider.System);
            for (TaskPage? page = null; page is null;)
            {
                using var transaction = connection.BeginTransaction(deferred: true);
                var start = Stopwatch.GetTimestamp();
                page = search.Continue(connection);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        return times;
    }

    private static void Print(string name, double bound, List<double> times)
    {
        var sorted = times.Order().ToList();
        var p99 = sorted[(int)Math.Ceiling(sorted.Count * 0.99) - 1];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-44}{Median.Of(times),9:F2}{p99,9:F2}{sorted[^1],9:F2}{bound,9:F0}{(p99 <= bound ? "" : "  missed")}"));
    }
}
