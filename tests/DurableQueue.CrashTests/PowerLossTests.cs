using System.Text;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.CrashTests;

[Collection(nameof(CrashTestCollection))]
public sealed class PowerLossTests(ITestOutputHelper output) : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("durable-queue-power-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task PowerLoss_AtAnyWriteOrSync_KeepsWhatWasAcknowledged()
    {
        const int Losses = 180;
        var seed = Seed.Draw(output);
        var events = await RecordAsync(seed);
        var random = new Random(seed);
        var moments = PickMoments(events, Losses, random);
        var disk = new Disk();
        var journal = new Journal();
        var verdict = new Verdict();
        for (var index = 0; index < events.Count; index++)
        {
            disk.Apply(events[index]);
            if (events[index].Kind == DiskEventKind.Said)
            {
                journal.Read(Encoding.UTF8.GetString(events[index].Data.Span).TrimEnd('\n'));
            }

            if (moments.Contains(index))
            {
                var kept = random.Next(3) switch { 0 => 0, 1 => random.NextDouble(), _ => 0.95 };
                var image = new DiskImage(Path.Combine(directory, $"loss{index}"), disk.LosePower(random, kept));
                await image.CheckAtRestAsync(journal, verdict, $"seed {seed}, power lost after event {index}, {kept:F2} kept");
            }
        }

        output.WriteLine($"{events.Count} events, {journal.Acknowledged} acknowledged calls, {moments.Count} losses: {verdict}");
        Assert.True(verdict.IsGood, string.Join('\n', verdict.Findings));
    }

    /// <summary>Everything that two processes do, from the making of the file to its close.</summary>
    private async Task<List<DiskEvent>> RecordAsync(int seed)
    {
        var trace = Path.Combine(directory, "trace");
        await using var load = new LoadProcesses(Path.Combine(directory, "queue.db"), seed);
        load.Start(2, DiskShim.Trace(trace));
        await load.WorkAsync(1_500);
        await load.StopAsync();
        return DiskEvent.ReadTrace(trace);
    }

    /// <summary>A third right after something was acknowledged, a third inside checkpoints, a third anywhere, the making of the file included.</summary>
    private static HashSet<int> PickMoments(List<DiskEvent> events, int count, Random random)
    {
        var everywhere = Enumerable.Range(0, events.Count).ToArray();
        var said = everywhere.Where(index => events[index].Kind == DiskEventKind.Said && events[index].Data.Span[0] == '+').ToArray();
        var inFile = everywhere.Where(index => events[index].Kind is DiskEventKind.Write or DiskEventKind.Cut && events[index].Name.EndsWith(".db", StringComparison.Ordinal)).ToArray();
        return [.. Enumerable.Range(0, 60), .. new[] { everywhere, said, inFile }.SelectMany(some => random.GetItems(some, count / 3))];
    }
}
