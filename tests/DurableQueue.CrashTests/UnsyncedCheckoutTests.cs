using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.CrashTests;

/// <summary>Power losses of queues whose checkouts are answered before their sync.</summary>
[Collection(nameof(CrashTestCollection))]
public sealed class UnsyncedCheckoutTests(ITestOutputHelper output) : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("durable-queue-unsynced-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task PowerLoss_AfterAnyCheckout_LosesNothingElseAndGivesNoTokenAgain()
    {
        const int Losses = 80;
        var seed = Seed.Draw(output);
        var random = new Random(seed);
        var events = await RecordAsync(Path.Combine(directory, "queue.db"), seed, "p", calls: 800);
        var moments = PickMoments(events, Losses, random);
        var (disk, journal, verdict, forgotten, losses) = (new Disk(), new Journal(), new Verdict(), 0, 0);
        for (var index = 0; index < events.Count; index++)
        {
            Apply(events[index], disk, journal);
            foreach (var _ in moments[index])
            {
                var image = new DiskImage(Path.Combine(directory, $"loss{losses++}"), disk.LosePower(random, random.Next(2) * random.NextDouble()));
                var context = $"seed {seed}, power lost after event {index}";
                forgotten += CheckStored(image, journal, verdict, context);
                await CheckTokensAsync(image, journal, verdict, context);
            }
        }

        output.WriteLine($"{journal.Acknowledged} acknowledged calls, {losses} losses, {forgotten} forgotten checkouts: {verdict}");
        Assert.True(verdict.IsGood, string.Join('\n', verdict.Findings));
        Assert.True(forgotten > Losses / 8, $"only {forgotten} checkouts were forgotten");
    }

    [Fact]
    public async Task PowerLoss_AgainAndAgain_GivesNoTokenTwice()
    {
        const int Rounds = 6;
        var seed = Seed.Draw(output);
        var random = new Random(seed);
        var (journal, verdict, forgotten) = (new Journal(), new Verdict(), 0);
        var files = new Dictionary<string, byte[]>();
        for (var round = 0; round < Rounds && verdict.IsGood; round++)
        {
            var before = new DiskImage(Path.Combine(directory, $"round{round}"), files);
            RenameBoot(before);
            files = Directory.GetFiles(Path.GetDirectoryName(before.FilePath)!).ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes);
            var disk = new Disk(files);
            var events = await RecordAsync(before.FilePath, seed + (1_000 * round), $"r{round}.", calls: 300);
            var checkouts = UnsyncedCheckoutsOf(events);
            var last = checkouts[random.Next(checkouts.Count / 2, checkouts.Count)];
            events.GetRange(0, last + 1).ForEach(happened => Apply(happened, disk, journal));
            files = disk.LosePower(random, kept: round % 2 * random.NextDouble());
            forgotten += CheckStored(new DiskImage(Path.Combine(directory, $"loss{round}"), files), journal, verdict, $"seed {seed}, round {round}");
        }

        output.WriteLine($"{journal.Acknowledged} acknowledged calls, {Rounds} losses, {forgotten} forgotten checkouts: {verdict}");
        Assert.True(verdict.IsGood, string.Join('\n', verdict.Findings));
        Assert.True(forgotten > 0, "no checkout was forgotten");
    }

    [Theory]
    [InlineData("yes", 1)]
    [InlineData("no", 0)]
    public async Task Checkout_BetweenEnqueueAndComplete_SyncsAsTheOptionSays(string sync, int syncs)
    {
        const int Tasks = 5;
        var trace = Path.Combine(directory, "trace");
        var steps = string.Join(',', Enumerable.Repeat("enqueue,checkout,complete", Tasks + 1));
        await using (var child = Child.Start(
            ["steps", $"db={Path.Combine(directory, "queue.db")}", "name=w", $"steps={steps}", "sweeps=no", $"sync-checkouts={sync}"], _ => { }, DiskShim.Trace(trace)))
        {
            child.Go();
            Assert.Equal(0, await child.ExitAsync());
        }

        // The first checkout stores in which boot of the system tokens are given without a sync.
        var calls = SyncsOfCalls(DiskEvent.ReadTrace(trace)).Skip(3).ToList();
        Assert.Equal(
            Enumerable.Repeat<(string, int)[]>([("enqueue", 1), ("checkout", syncs), ("complete", 1)], Tasks).SelectMany(call => call), calls);
    }

    /// <summary>How often the log was synced between the two lines that a process says about a call.</summary>
    private static List<(string Call, int Syncs)> SyncsOfCalls(List<DiskEvent> events)
    {
        var calls = new List<(string, int)>();
        var syncs = 0;
        foreach (var happened in events)
        {
            if (happened.Kind == DiskEventKind.Said)
            {
                var words = Encoding.UTF8.GetString(happened.Data.Span).Split(' ');
                if (words[0] == "+")
                {
                    calls.Add((words[1], syncs));
                }

                syncs = 0;
            }
            else if (happened.Kind == DiskEventKind.Sync && happened.Name.EndsWith("-wal", StringComparison.Ordinal))
            {
                syncs++;
            }
        }

        return calls;
    }

    private async Task<List<DiskEvent>> RecordAsync(string path, int seed, string name, int calls)
    {
        var trace = Path.Combine(directory, $"trace-{name}");
        await using var load = new LoadProcesses(path, seed, name);
        load.Start(3, DiskShim.Trace(trace), "sync-checkouts=no", "callers=1");
        await load.WorkAsync(calls);
        await load.StopAsync();
        return DiskEvent.ReadTrace(trace);
    }

    private static void Apply(DiskEvent happened, Disk disk, Journal journal)
    {
        disk.Apply(happened);
        if (happened.Kind == DiskEventKind.Said)
        {
            journal.Read(Encoding.UTF8.GetString(happened.Data.Span).TrimEnd('\n'));
        }
    }

    /// <summary>The answers to checkouts at which the log had something that was not synced.</summary>
    private static List<int> UnsyncedCheckoutsOf(List<DiskEvent> events)
    {
        var checkouts = new List<int>();
        var isSynced = true;
        for (var index = 0; index < events.Count; index++)
        {
            var happened = events[index];
            if (happened.Name.EndsWith("-wal", StringComparison.Ordinal))
            {
                isSynced = happened.Kind == DiskEventKind.Sync;
            }
            else if (!isSynced && happened.Kind == DiskEventKind.Said && happened.Data.Span.StartsWith("+ checkout"u8))
            {
                checkouts.Add(index);
            }
        }

        return checkouts;
    }

    /// <summary>Most of them right after a checkout was answered before its sync; none while the file is made, where there is nothing to forget.</summary>
    private static ILookup<int, int> PickMoments(List<DiskEvent> events, int count, Random random)
    {
        var checkouts = UnsyncedCheckoutsOf(events);
        return random.GetItems(checkouts.ToArray(), count * 3 / 4)
            .Concat(Enumerable.Range(0, count / 4).Select(_ => random.Next(checkouts[0], events.Count)))
            .ToLookup(moment => moment);
    }

    /// <returns>How many checkouts were forgotten.</returns>
    private static int CheckStored(DiskImage image, Journal journal, Verdict verdict, string context)
    {
        RenameBoot(image);
        var content = FileContent.Read(image.FilePath);
        return journal.Look(view =>
        {
            new JournalCheck(content, verdict, context, checkoutsAreSynced: false).CheckAtRest(view);
            return view.Stories.Count(story => content.Tasks.TryGetValue(story.Key, out var task) && story.Value.CheckedOut.Any(token => token > task.Token));
        });
    }

    /// <summary>Another queue, which syncs its checkouts, takes everything that it can get.</summary>
    private static async Task CheckTokensAsync(DiskImage image, Journal journal, Verdict verdict, string context)
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(image.FilePath, new SqliteQueueOptions { BackgroundSweeps = false });
        foreach (var finding in (await queue.Inspector.VerifyAsync()).Findings)
        {
            verdict.Violated($"{finding} ({context})");
        }

        while (await queue.CheckoutAsync(new CheckoutRequest { Worker = "after" }, 100) is { Count: > 0 } taken)
        {
            foreach (var lease in taken.Select(task => task.Lease))
            {
                if (journal.Look(view => view.Stories.TryGetValue(lease.TaskId.Value, out var story) && story.CheckedOut.Any(token => token >= lease.Token)))
                {
                    verdict.Duplicated($"task {lease.TaskId} is given again with token {lease.Token} ({context})");
                }
            }
        }
    }

    /// <summary>The system was started again: another boot than this one has given the tokens.</summary>
    private static void RenameBoot(DiskImage image)
    {
        if (!File.Exists(image.FilePath))
        {
            return;
        }

        using var connection = new SqliteConnection($"Data Source={image.FilePath};Mode=ReadWrite;Pooling=False");
        if (connection.ExecuteScalar<long>("SELECT count(*) FROM sqlite_master WHERE name = 'queue_state'") == 1)
        {
            connection.Execute("UPDATE queue_state SET unsynced_boot = 'before the loss' WHERE unsynced_boot IS NOT NULL");
        }
    }
}
