using System.Globalization;
using System.Text.Json;
using DurableQueue.Tests.Processes;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Sqlite;

/// <summary>Random queries in words over random tasks: what the store finds is what looking at every task one by one gives.</summary>
public sealed class FilterPropertyTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Tasks = 300;
    private const int Queries = 200;

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-");
    private readonly ManualTimeProvider time = new();
    private readonly Dictionary<long, string> commands = [];
    private SqliteTaskQueue queue = null!;
    private Random random = null!;

    public async Task InitializeAsync() => queue = await SqliteTaskQueue.OpenAsync(
        Path.Combine(directory.FullName, "queue.db"), new SqliteQueueOptions { TimeProvider = time, BackgroundSweeps = false, Durability = Durability.Normal });

    public async Task DisposeAsync()
    {
        await queue.DisposeAsync();
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Query_RandomWordsOverRandomTasks_FindsWhatLookingAtEachTaskGives()
    {
        random = new Random(Seed.Draw(output));
        await MakeTasksAsync();
        var rows = await ReadAllAsync();
        Assert.Equal(5, rows.Select(row => row.Info.State).Distinct().Count());
        var found = 0;
        for (var i = 0; i < Queries; i++)
        {
            var (text, holds) = Node(3);
            var expected = rows.Where(holds).Select(row => row.Info.Id).ToList();

            var actual = await FindAsync(text);

            Assert.True(expected.SequenceEqual(actual), $"{text}\nexpected {string.Join(' ', expected)}\nfound    {string.Join(' ', actual)}");
            found += actual.Count;

            // In another order, and cut off: the same tasks.
            var field = Any("id", "status", "group", "label", "type", "command", "priority", "attempt", "enqueued", "started", "ended", "duration");
            var ordered = await FindAsync($"({text}) order by {field} {Any("asc", "desc")} limit {Tasks}");
            Assert.True(expected.ToHashSet().SetEquals(ordered) && expected.Count == ordered.Count, $"{text} order by {field}");

            // With a limit on the search: the same pages in parts.
            var (order, most) = (Any(Enum.GetValues<TaskOrder>()), random.Next(1, 100));
            var words = text + Any("", "", " order by ended", " order by id desc", " limit 9");
            Assert.True((await FindAsync(words, order)).SequenceEqual(await FindAsync(words, order, most)), $"{words}, {order}, {most} rows");
        }

        output.WriteLine($"{Queries} queries found {found} tasks");
        Assert.InRange(found, Queries, Queries * Tasks);
    }

    private async Task MakeTasksAsync()
    {
        var ids = new List<TaskId>();
        for (var i = 0; i < Tasks; i++)
        {
            var task = new NewTask(Any("a", "b", "mail.send"))
            {
                Group = Any("default", "ml", "ml-2"),
                Label = Any(null, "sweep/1", "Sweep", "it's", "x y"),
                Priority = random.Next(-2, 3),
                Stashed = Rarely(),
                RequiresApproval = Rarely(),
                Delay = Rarely() ? TimeSpan.FromMinutes(random.Next(1, 200)) : null,
                After = Rarely() && ids.Count > 0 ? [ids[random.Next(ids.Count)]] : [],
                MaxAttempts = random.Next(1, 3),
                Retry = RetryPolicy.Immediate,
            };
            var command = Any(null, null, "make all", "echo it's", "python3 -m sweep");
            if (command is not null)
            {
                var payload = random.Next(2) == 0 ? (object)new { commandLine = command } : new { arguments = command.Split(' ') };
                task = task with { Type = "command", Payload = JsonSerializer.SerializeToUtf8Bytes(payload) };
            }

            ids.Add(await queue.EnqueueAsync(task));
            if (command is not null)
            {
                commands[ids[^1].Value] = command;
            }

            time.Advance(TimeSpan.FromSeconds(random.Next(0, 60)));
            if (random.Next(3) == 0)
            {
                await EndSomeAsync(ids[random.Next(ids.Count)]);
            }
        }
    }

    private async Task EndSomeAsync(TaskId any)
    {
        foreach (var lease in await queue.CheckoutAsync(new CheckoutRequest { Worker = "w", LeaseDuration = TimeSpan.FromHours(24) }, 2))
        {
            time.Advance(TimeSpan.FromSeconds(random.Next(0, 30)));
            _ = random.Next(6) switch
            {
                0 or 1 => await queue.CompleteAsync(lease.Lease),
                2 => await queue.FailAsync(lease.Lease, new TaskFailure("no")),
                3 => await queue.FailAsync(lease.Lease, new TaskFailure("late") { Permanent = true, Outcome = TaskOutcome.TimedOut }),
                4 => await queue.ReleaseAsync(lease.Lease),
                _ => true,
            };
        }

        if (random.Next(4) == 0)
        {
            await queue.Control.CancelAsync(any);
        }
    }

    private async Task<List<Row>> ReadAllAsync()
    {
        var rows = new List<Row>();
        foreach (var info in (await queue.Inspector.QueryAsync(new TaskQuery { Limit = Tasks })).Tasks)
        {
            var after = (await queue.Inspector.GetDependenciesAsync(info.Id)).Select(dependency => dependency.On.Value).ToList();
            rows.Add(new Row(info, commands.GetValueOrDefault(info.Id.Value), after));
        }

        return rows;
    }

    private async Task<List<TaskId>> FindAsync(string text, TaskOrder order = TaskOrder.Enqueued, int? rows = null)
    {
        var ids = new List<TaskId>();
        var query = new TaskQuery
        {
            Filter = TaskFilter.Parse(text, time, TimeZoneInfo.Utc),
            Limit = random.Next(20, 400),
            Order = order,
            ReadLimit = rows is { } most ? new ReadLimit { MaxRows = most } : null,
        };
        for (var more = true; more;)
        {
            var page = await queue.Inspector.QueryAsync(query);
            ids.AddRange(page.Tasks.Select(task => task.Id));
            query = query with { Cursor = page.Next };
            more = page.Next is not null;
        }

        return ids;
    }

    /// <summary>A random condition in words, and the same as a look at one task.</summary>
    private (string Text, Func<Row, bool> Holds) Node(int depth)
    {
        if (depth == 0 || random.Next(3) == 0)
        {
            return Leaf();
        }

        var (first, second) = (Node(depth - 1), Node(depth - 1));
        return random.Next(4) switch
        {
            0 => ($"not ({first.Text})", row => !first.Holds(row)),
            1 => ($"({first.Text} and {second.Text})", row => first.Holds(row) && second.Holds(row)),
            2 => ($"({first.Text} or {second.Text})", row => first.Holds(row) || second.Holds(row)),
            _ => ($"(not {first.Text} or {second.Text})", row => !first.Holds(row) || second.Holds(row)),
        };
    }

    private (string Text, Func<Row, bool> Holds) Leaf()
    {
        switch (random.Next(12))
        {
            case 0:
                return Compared("id", row => row.Info.Id.Value, (long)random.Next(1, Tasks + 1), value => $"{value}");
            case 1:
                return Compared("priority", row => row.Info.Priority, random.Next(-2, 3), value => $"{value}");
            case 2:
                return Compared("attempt", row => row.Info.Attempt, random.Next(0, 3), value => $"{value}");
            case 3:
                var duration = random.Next(0, 60);
                return Compared("duration", row => DurationOf(row.Info), TimeSpan.FromSeconds(duration), _ => $"{duration}s");
            case 4:
                return Text(Any("group", "type", "label", "command"), Any("ml", "sweep", "it's", "mail.send", "a", "x y", "make all", "Sweep", "sweep/1"));
            case 5:
                var name = Any("label", "command", "after", "started", "ended", "duration");
                var absent = Absent(name);
                return random.Next(2) == 0 ? ($"{name}=none", absent) : ($"{name}!=none", row => !absent(row));
            case 6:
                var parent = random.Next(1, Tasks);
                return ($"after={parent}", row => row.After.Contains(parent));
            case 7:
                var wait = random.Next(0, 200);
                var point = time.GetUtcNow() - TimeSpan.FromMinutes(wait);
                var field = Any("enqueued", "started", "ended");
                return Compared(field, row => TimeOf(row.Info, field), point, _ => $"-{wait}m");
            case 8:
                var states = new[] { Any("queued", "done", "failed"), Any("running", "cancelled", "stashed", "timedout") };
                return ($"status in ({string.Join(", ", states)})", row => states.Any(state => Has(row.Info, state)));
            default:
                var status = Any("queued", "running", "done", "failed", "cancelled", "ready", "finished", "unfinished", "dependencies", "not-before", "stashed", "approval",
                    "succeeded", "timed-out", "killed", "dependency-failed");
                return random.Next(3) == 0 ? ($"status!={status}", row => !Has(row.Info, status)) : ($"status={status}", row => Has(row.Info, status));
        }
    }

    private (string Text, Func<Row, bool> Holds) Compared<T>(string field, Func<Row, T?> read, T value, Func<T, string> write)
        where T : struct, IComparable<T> => Compared(field, row => read(row) is { } has ? has.CompareTo(value) : null, write(value));

    private (string Text, Func<Row, bool> Holds) Compared(string field, Func<Row, int?> compare, string value) => random.Next(6) switch
    {
        0 => ($"{field}={value}", row => compare(row) == 0),
        1 => ($"{field} != {value}", row => compare(row) != 0),
        2 => ($"{field}<{value}", row => compare(row) < 0),
        3 => ($"{field} <= {value}", row => compare(row) <= 0),
        4 => ($"{field}>{value}", row => compare(row) > 0),
        _ => ($"{field} >= {value}", row => compare(row) >= 0),
    };

    private (string Text, Func<Row, bool> Holds) Text(string field, string value)
    {
        string? Read(Row row) => field switch { "group" => row.Info.Group, "type" => row.Info.Type, "label" => row.Info.Label, _ => row.Command };
        var quoted = $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
        return random.Next(3) == 0
            ? ($"{field}~{quoted}", row => Read(row)?.Contains(value, StringComparison.Ordinal) == true)
            : Compared(field, row => Read(row) is { } has ? string.CompareOrdinal(has, value) : null, quoted);
    }

    private static Func<Row, bool> Absent(string field) => field switch
    {
        "label" => row => row.Info.Label is null,
        "command" => row => row.Command is null,
        "after" => row => row.After.Count == 0,
        "duration" => row => DurationIsAbsent(row.Info),
        _ => row => TimeOf(row.Info, field) is null,
    };

    private TimeSpan? DurationOf(TaskInfo info) => DurationIsAbsent(info) ? null : (info.FinishedAt ?? time.GetUtcNow()) - info.StartedAt;

    private static bool DurationIsAbsent(TaskInfo info) =>
        info.State != TaskState.CheckedOut
        && info.Outcome is not (TaskOutcome.Succeeded or TaskOutcome.Failed or TaskOutcome.TimedOut or TaskOutcome.Abandoned or TaskOutcome.Killed);

    private static DateTimeOffset? TimeOf(TaskInfo info, string field) => field switch { "enqueued" => info.EnqueuedAt, "started" => info.StartedAt, _ => info.FinishedAt };

    private static bool Has(TaskInfo info, string status) => status switch
    {
        "running" => info.State == TaskState.CheckedOut,
        "finished" => info.IsFinished,
        "unfinished" => !info.IsFinished,
        "ready" => info.State == TaskState.Queued && info.Holds == TaskHolds.None,
        _ when Enum.TryParse<TaskState>(status, ignoreCase: true, out var state) => info.State == state,
        _ when Enum.TryParse<TaskHolds>(Plain(status), ignoreCase: true, out var holds) => (info.Holds & holds) != 0,
        _ => info.Outcome == Enum.Parse<TaskOutcome>(Plain(status), ignoreCase: true),
    };

    private static string Plain(string status) => CultureInfo.InvariantCulture.TextInfo.ToLower(status).Replace("-", "", StringComparison.Ordinal);

    private bool Rarely() => random.Next(8) == 0;

    private T Any<T>(params T[] choices) => choices[random.Next(choices.Length)];

    private sealed record Row(TaskInfo Info, string? Command, IReadOnlyList<long> After);
}
