using Xunit;

namespace DurableQueue.Tests.Processes;

/// <summary>Several processes on one file and one schedule that fires every second.</summary>
public sealed class ScheduleProcessTests : ProcessTest
{
    [Fact]
    public async Task EverySecond_FourProcessesOfWhichTwoAreKilled_FireEachOccurrenceOnce()
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(QueuePath, new SqliteQueueOptions { BackgroundSweeps = false });
        var processes = Enumerable.Range(0, 4).Select(_ => Start("idle")).ToList();
        foreach (var process in processes)
        {
            await process.WaitForLineAsync("ready");
            process.Go();
        }

        // This queue sweeps nothing: what fires is fired by the others.
        await queue.Schedules.AddAsync(
            new NewSchedule("seconds", "* * * * * *", new NewTask("work")) { Missed = MissedRunPolicy.FireAll, MissedRunLimit = 1_000 });
        await WaitForTasksAsync(queue, 2);
        processes[0].Kill();
        await WaitForTasksAsync(queue, 3);
        processes[1].Kill();
        await WaitForTasksAsync(queue, 5);
        foreach (var process in processes.Skip(2))
        {
            process.Stop();
            Assert.Equal(0, await process.ExitAsync());
        }

        var occurrences = (await queue.Inspector.QueryAsync(new TaskQuery { Limit = 10_000 })).Tasks.Select(task => task.OccursAt!.Value).Order().ToList();
        Assert.Equal(Enumerable.Range(0, occurrences.Count).Select(second => occurrences[0].AddSeconds(second)), occurrences);
        Assert.Equal(occurrences[^1].AddSeconds(1), (await queue.Schedules.GetAsync("seconds"))!.NextOccurrence);
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    /// <summary>Also wakes up this queue's look at the commits of others.</summary>
    private static async Task WaitForTasksAsync(SqliteTaskQueue queue, int count)
    {
        using var limit = new CancellationTokenSource(Guard);
        var signals = queue.Signals;
        while (true)
        {
            var seen = signals.ReadyVersion;
            if ((await queue.Inspector.CountAsync(limit.Token)).Total.Queued >= count)
            {
                return;
            }

            await signals.WaitForReadyAsync(seen, limit.Token);
        }
    }
}
