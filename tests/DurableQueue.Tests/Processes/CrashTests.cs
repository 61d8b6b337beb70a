using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Processes;

public sealed class CrashTests(ITestOutputHelper output) : ProcessTest
{
    private const int Kills = 30;
    private static readonly string[] Roles = ["work", "work", "work", "produce", "produce"];

    private readonly Channel<bool> lines = Channel.CreateUnbounded<bool>();
    private readonly List<ChildProcess> everyone = [];

    [Fact]
    public async Task Kill_ThirtyTimesUnderLoad_KeepsWhatWasAcknowledgedAndEveryInvariant()
    {
        var seed = Seed.Draw(output);
        var random = new Random(seed);
        await using (var queue = await OpenAsync())
        {
            await queue.Groups.EnsureAsync("one", 1);
            await queue.Groups.EnsureAsync("three", 3);
        }

        var clock = Stopwatch.StartNew();
        var living = Roles.Select(role => Launch(role, seed)).ToList();
        foreach (var child in living)
        {
            await child.WaitForLineAsync("ready");
        }

        for (var kill = 1; kill <= Kills; kill++)
        {
            await LetThemWorkAsync(random);
            var victim = random.Next(living.Count);
            living[victim].Kill();
            await living[victim].ExitAsync();
            living[victim] = Launch(living[victim].Command, seed + (1_000 * kill));
        }

        living.ForEach(child => child.Kill());
        await Task.WhenAll(living.Select(child => child.ExitAsync()));
        output.WriteLine($"killed after {clock.Elapsed.TotalSeconds:F1} s");

        var context = $"seed {seed}, after the last kill";
        var enqueued = Enqueued();
        await using (var queue = await OpenAsync(new SqliteQueueOptions { BackgroundSweeps = false }))
        {
            var tasks = await QueueInvariants.CheckAsync(queue, context);
            output.WriteLine($"{tasks.Count} tasks, {enqueued.Count} acknowledged, {tasks.Values.Count(task => task.IsFinished)} finished");
            foreach (var (id, payload) in enqueued)
            {
                Assert.True(tasks.ContainsKey(id), $"task {id} was acknowledged and is gone ({context})");
                Assert.True(await ReadPayloadAsync(queue, id) == payload, $"task {id} has another payload ({context})");
            }

            CheckCompletes(RunRecord.Read(everyone), tasks, context);
        }

        var rest = await StartAndGoAsync("work", "name=rest", "threads=8", "hold=0");
        everyone.Add(rest);
        Assert.Equal(0, await rest.ExitAsync(TimeSpan.FromMinutes(2)));
        output.WriteLine($"drained after {clock.Elapsed.TotalSeconds:F1} s");

        await CheckDrainedAsync(enqueued.Count, $"seed {seed}, after the drain");
    }

    private async Task CheckDrainedAsync(int enqueued, string context)
    {
        var record = RunRecord.Read(everyone);
        Assert.True(record.Errors.Count == 0, $"{string.Join('\n', record.Errors.Take(5))} ({context})");
        await using (var queue = await OpenAsync())
        {
            var tasks = await QueueInvariants.CheckAsync(queue, context);
            Assert.True(tasks.Count >= enqueued, $"{tasks.Count} tasks, {enqueued} were acknowledged ({context})");
            Assert.All(tasks.Values, task => Assert.True(task.State == TaskState.Done, $"task {task.Id} is {task.State} ({context})"));
            CheckCompletes(record, tasks, context);
            foreach (var task in tasks.Values)
            {
                foreach (var dependency in await queue.Inspector.GetDependenciesAsync(task.Id))
                {
                    record.CheckOrder(task.Id, dependency.On, context);
                }
            }
        }

        QueueInvariants.CheckFile(QueuePath, context);
    }

    private static void CheckCompletes(RunRecord record, IReadOnlyDictionary<TaskId, TaskInfo> tasks, string context)
    {
        Assert.True(record.Done.Distinct().Count() == record.Done.Count, $"a task was completed twice ({context})");
        foreach (var id in record.Done)
        {
            Assert.True(tasks[id].State == TaskState.Done, $"task {id} was completed and is {tasks[id].State} ({context})");
            var finish = record.Of(id).Single(attempt => attempt.Acknowledged);
            Assert.True(record.Of(id).All(attempt => attempt.Start <= finish.Start), $"task {id} ran again after its complete ({context})");
        }
    }

    private static async Task<string> ReadPayloadAsync(TaskQueue queue, TaskId id) =>
        Encoding.UTF8.GetString((await queue.Inspector.GetPayloadAsync(id)).Span);

    private ChildProcess Launch(string role, int seed)
    {
        var name = $"name=p{everyone.Count}";
        var child = role == "work"
            ? Start(role, name, "threads=4", "lease=500", "until=stopped", "faults=yes", $"seed={seed}")
            : Start(role, name, "callers=3", "pause=2", $"seed={seed}");
        child.LineRead = () => lines.Writer.TryWrite(true);
        child.Go();
        everyone.Add(child);
        return child;
    }

    /// <summary>Random progress of all together, and then a random moment that is tied to no line of theirs.</summary>
    private async Task LetThemWorkAsync(Random random)
    {
        using var guard = new CancellationTokenSource(Guard);
        for (var left = random.Next(100, 1_500); left > 0; left--)
        {
            await lines.Reader.ReadAsync(guard.Token);
        }

        await Task.Delay(random.Next(20), guard.Token);
    }

    private Dictionary<TaskId, string> Enqueued() => everyone
        .SelectMany(child => child.Lines)
        .Where(line => line.StartsWith("enqueued ", StringComparison.Ordinal))
        .Select(line => line.Split(' '))
        .ToDictionary(words => RunRecord.Id(words[1]), words => words[2]);
}
