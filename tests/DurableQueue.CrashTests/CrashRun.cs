using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DurableQueue.CrashTests;

/// <summary>
/// Children that produce and work on one file are killed, one or all of them, at random moments or at a fault point of their own; after each crash the
/// file is opened and everything in it compared with what was acknowledged. The dead are replaced.
/// </summary>
internal sealed class CrashRun : IAsyncDisposable
{
    /// <summary>Finished tasks beyond this are pruned when nobody is left, so that looking at all of them stays quick.</summary>
    private const int MostTasks = 1_500;

    /// <summary>Where children die by themselves, and within how many passes.</summary>
    private static readonly (string Point, int Most)[] Points =
        [("commit.before", 80), ("commit.after", 80), ("checkpoint.before", 1), ("checkpoint.after", 1), ("prune.deleted", 6)];

    /// <summary>Files in whose writes children die, half of it done, and within how many writes.</summary>
    private static readonly (string File, int Most)[] Writes = [(".db-wal", 2_000), (".db", 40)];

    private const string AtRandom = "at random";

    private readonly string directory = Directory.CreateTempSubdirectory("durable-queue-crash-").FullName;
    private readonly CrashOptions options;
    private readonly Random random;
    private readonly Journal journal = new();
    private readonly List<(Child Child, string Point)> living = [];
    private readonly SortedDictionary<string, int> killedAt = new(StringComparer.Ordinal);
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly List<SoakSample> samples = [];
    private TaskCompletionSource elderRests = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Child? elder;
    private int started;
    private int kills;
    private int crashes;

    private CrashRun(CrashOptions options)
    {
        this.options = options;
        random = new Random(options.Seed);
    }

    public Verdict Verdict { get; } = new();

    private bool IsOver => options.Soak is { } time ? clock.Elapsed >= time : kills >= options.Kills;

    private string FilePath => Path.Combine(directory, "queue.db");

    /// <summary>Runs to the last kill, or to the first crash after which something was wrong.</summary>
    public static async Task<CrashReport> RunAsync(CrashOptions options)
    {
        await using var run = new CrashRun(options);
        await run.RunAsync();
        return new CrashReport(run.kills, run.crashes, run.killedAt, run.journal.Acknowledged, run.clock.Elapsed, options.Seed, run.samples, run.Verdict);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (child, _) in living)
        {
            await child.DisposeAsync();
        }

        if (elder is not null)
        {
            await elder.DisposeAsync();
        }

        // A file in which something is wrong is worth looking at.
        if (Verdict.IsGood)
        {
            Directory.Delete(directory, recursive: true);
        }
        else
        {
            options.Log($"The files are kept in {directory}.");
        }
    }

    private async Task RunAsync()
    {
        await using (var queue = await SqliteTaskQueue.OpenAsync(FilePath))
        {
            await queue.Groups.EnsureAsync("one", 1);
            await queue.Groups.EnsureAsync("three", 3);
        }

        if (options.Soak is not null)
        {
            elder = Start([], "sweeps=no");
        }

        while (!IsOver && Verdict.IsGood)
        {
            while (living.Count < options.Processes)
            {
                Launch();
            }

            await (options.Soak is null ? LetThemWorkAsync() : SoakAsync());
            await CrashAsync(everybody: random.Next(3) == 0);
            crashes++;
            await CheckAsync($"seed {options.Seed}, crash {crashes}");
            elder?.Wake();
        }
    }

    private void Launch()
    {
        var (point, environment) = Arm();
        living.Add((Start(environment), point));
    }

    private Child Start(Dictionary<string, string> environment, params string[] settings)
    {
        var pause = options.Soak is null ? 0 : 40;
        var isElder = elder is null;
        string[] arguments = ["load", $"db={FilePath}", $"name=p{started}", $"seed={random.Next()}", "lease=1000", $"pause={pause}", .. settings];
        var child = Child.Start(
            arguments,
            line =>
            {
                journal.Read(line);
                if (line == "resting" && isElder)
                {
                    elderRests.TrySetResult();
                }
            },
            environment);
        child.Go();
        started++;
        return child;
    }

    /// <summary>Half of the children die by themselves at a place of their own, unless somebody is faster.</summary>
    private (string Point, Dictionary<string, string> Environment) Arm()
    {
        switch (random.Next(6))
        {
            case 0 or 1:
                var (name, passes) = Points[random.Next(Points.Length)];
                return (name, new Dictionary<string, string> { ["DURABLEQUEUE_FAULT_POINT"] = $"{name}:{random.Next(1, passes + 1)}" });
            case 2:
                var (file, writes) = Writes[random.Next(Writes.Length)];
                return ($"in a write to {file}", DiskShim.Kill(file, random.Next(1, writes + 1)));
            default:
                return (AtRandom, []);
        }
    }

    /// <summary>Progress of all together, or the death of one, and then a moment that is tied to no call of theirs.</summary>
    private async Task LetThemWorkAsync()
    {
        using var limit = new CancellationTokenSource(Child.Limit);
        var progress = journal.WaitForAsync(journal.Acknowledged + random.Next(1, options.CallsBetween * options.Processes), limit.Token);
        var deaths = living.Select(entry => entry.Child.ExitAsync(Timeout.InfiniteTimeSpan));
        await await Task.WhenAny([progress, .. deaths]);
        await Task.Delay(random.Next(20), limit.Token);
    }

    /// <summary>A few seconds of load, and a look at what it costs.</summary>
    private async Task SoakAsync()
    {
        await Task.Delay(random.Next(1_500, 4_000));
        var (bytes, handles) = elder!.Use();
        samples.Add(new SoakSample(
            clock.Elapsed, kills, journal.Acknowledged, bytes, handles, new FileInfo(FilePath).Length, new FileInfo($"{FilePath}-wal").Length));
    }

    private async Task CrashAsync(bool everybody)
    {
        if (everybody && elder is not null)
        {
            elderRests = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            elder.Rest();
            await elderRests.Task.WaitAsync(Child.Limit);
        }

        var victim = random.Next(living.Count);
        for (var index = living.Count - 1; index >= 0; index--)
        {
            var (child, point) = living[index];
            var alive = !child.IsOver;
            if (alive && (everybody || index == victim))
            {
                child.Kill();
                point = AtRandom;
            }
            else if (alive)
            {
                continue;
            }

            await child.ExitAsync();
            living.RemoveAt(index);
            if (!child.WasKilled)
            {
                Verdict.Violated($"a process ended by itself with {child.ExitCode}: {child.Errors} (seed {options.Seed}, after crash {crashes})");
            }

            kills++;
            killedAt[point] = killedAt.GetValueOrDefault(point) + 1;
            await child.DisposeAsync();
        }
    }

    private async Task CheckAsync(string context)
    {
        var atRest = living.Count == 0;
        var cut = journal.Cut();
        var content = FileContent.Read(FilePath);
        var check = new JournalCheck(content, Verdict, context);
        if (atRest)
        {
            journal.Look(view =>
            {
                check.CheckAtRest(view);
                return true;
            });
        }
        else
        {
            check.CheckLiving(cut);
        }

        await using var queue = await SqliteTaskQueue.OpenAsync(FilePath, new SqliteQueueOptions { BackgroundSweeps = false });
        foreach (var finding in (await queue.Inspector.VerifyAsync()).Findings)
        {
            Verdict.Violated($"{finding} ({context})");
        }

        if (atRest)
        {
            await RepeatUnansweredAsync(queue, content, context);
            await PruneAsync(queue, content, context);
        }
    }

    /// <summary>What a caller does whose call had no answer: the same again, under the same key. It is stored then, and once.</summary>
    private async Task RepeatUnansweredAsync(SqliteTaskQueue queue, FileContent content, string context)
    {
        var stored = content.Tasks.Values.Select(task => task.Key).ToHashSet();
        foreach (var list in journal.Look(view => view.Unanswered.Where(list => list.Value == 1).Select(list => list.Key).ToList()))
        {
            var key = $"{list}/0";
            var (id, created) = await queue.EnqueueOrGetAsync(
                new NewTask("load", Encoding.UTF8.GetBytes(key)) { MaxAttempts = 1_000, Retry = RetryPolicy.Immediate, DedupKey = key, DedupScope = DedupScope.Forever });
            if (created && stored.Contains(key))
            {
                Verdict.Duplicated($"{key} was stored and its key did not keep it from being stored as {id} ({context})");
            }

            // Not created and not there: a child stored it, and another one cancelled and pruned it.
            if (created || stored.Contains(key))
            {
                journal.Answer(list, id.Value);
            }
        }
    }

    /// <summary>Deletes what is finished, and looks that exactly that is gone.</summary>
    private async Task PruneAsync(SqliteTaskQueue queue, FileContent before, string context)
    {
        HashSet<long> left = [.. FileContent.Read(FilePath).Tasks.Keys];
        if (before.Tasks.Count > MostTasks)
        {
            var finished = before.Tasks.Values.Where(task => task.State >= TaskState.Done && !before.AwaitedIds.Contains(task.Id)).Select(task => task.Id).ToList();
            await DeleteAsync(queue, finished, context);
            left = [.. FileContent.Read(FilePath).Tasks.Keys];
            if (!before.Tasks.Keys.Except(finished).ToHashSet().SetEquals(left.Intersect(before.Tasks.Keys)))
            {
                Verdict.Violated($"of {before.Tasks.Count} tasks {finished.Count} were to be deleted, {before.Tasks.Keys.Except(left).Count()} are gone ({context})");
            }
        }

        journal.ForgetAllBut(left);
    }

    private async Task DeleteAsync(SqliteTaskQueue queue, List<long> finished, string context)
    {
        if (options.Soak is not null)
        {
            // Frees the keys too, which would make the file grow for good.
            await queue.Control.RemoveAsync([.. finished.Select(id => new TaskId(id))]);
            return;
        }

        var pruned = await queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.Zero));
        if (pruned != finished.Count)
        {
            Verdict.Violated(string.Create(CultureInfo.InvariantCulture, $"prune answered {pruned}, {finished.Count} were to go ({context})"));
        }
    }
}
