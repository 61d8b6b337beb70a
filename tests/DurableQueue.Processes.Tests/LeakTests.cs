using System.Globalization;
using DurableQueue.Processes.Linux;
using Xunit;

namespace DurableQueue.Processes.Tests;

/// <summary>Many short commands leave nothing behind. Nothing else runs beside these tests, since they count what the whole process holds.</summary>
[Collection(nameof(LeakTests))]
[CollectionDefinition(nameof(LeakTests), DisableParallelization = true)]
public sealed class LeakTests
{
    private const int Count = 200;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(0)]
    public async Task Run_ManyShortCommands_LeavesNoProcessDescriptorOrFile(int limit)
    {
        await using var host = await CommandHost.StartAsync(concurrency: 64);
        await host.Queue.Groups.SetParallelismAsync("default", limit);
        Directory.CreateDirectory(host.In("running"));

        // The first round fills what is kept for reuse: connections of readers, threads, pipes of the runtime.
        await RunRoundAsync(host);
        var before = Descriptors();
        await RunRoundAsync(host);

        Assert.Empty(host.Processes());
        await CommandHost.UntilAsync(() => new ValueTask<bool>(!Children().Any(child => child.HasEnded)), "end of zombies");
        Assert.Empty(Directory.EnumerateFiles(host.Files.LogDirectory, "*.in"));
        await CommandHost.UntilAsync(() => new ValueTask<bool>(Descriptors() <= before + 2), $"end of descriptors: {before} before, {Descriptors()} now");
    }

    private static async Task RunRoundAsync(CommandHost host)
    {
        // Each has a folder of its slot: two commands in one slot would be seen.
        var running = host.In("running");
        var ids = await host.Queue.EnqueueAsync([.. Enumerable.Range(0, Count).Select(i => new CommandTask
        {
            CommandLine = $"mkdir {running}/$DURABLEQUEUE_SLOT && rmdir {running}/$DURABLEQUEUE_SLOT && exit {i % 3}",
        }.ToTask(t => t with { MaxAttempts = 1 }))]);
        var summary = await host.Queue.Inspector.WaitAsync(TaskSelector.ByIds([.. ids])).AsTask().WaitAsync(CommandHost.Guard);

        Assert.Equal(Count, summary.Total);
        var wrong = new List<string>();
        for (var i = 0; i < Count; i++)
        {
            var result = await host.ResultAsync(ids[i]);
            if (result.ExitCode != i % 3)
            {
                wrong.Add($"task {ids[i]}: {result} instead of {i % 3}: {host.Output(ids[i])}");
            }
        }

        Assert.Empty(wrong);
    }

    private static int Descriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();

    /// <summary>The children of this process, also those that ended and were not collected.</summary>
    private static IEnumerable<ProcessStat> Children()
    {
        var parent = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return Directory.EnumerateDirectories("/proc")
            .Select(path => Path.GetFileName(path))
            .Where(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(ReadLine)
            .Where(line => line is not null && line[(line.LastIndexOf(')') + 2)..].Split(' ')[1] == parent)
            .Select(line => ProcessStat.Parse(line!))
            .OfType<ProcessStat>();
    }

    private static string? ReadLine(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat");
        }
        catch (IOException)
        {
            return null;
        }
    }
}
