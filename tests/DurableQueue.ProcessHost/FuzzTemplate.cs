namespace DurableQueue.ProcessHost;

/// <summary>A queue file with something of everything, to be damaged.</summary>
internal static class FuzzTemplate
{
    public static async Task<byte[]> MakeAsync(string path)
    {
        await using (var queue = await SqliteTaskQueue.OpenAsync(path, new SqliteQueueOptions { BackgroundSweeps = false }))
        {
            await queue.Groups.EnsureAsync("limited", 2);
            await queue.Groups.EnsureAsync("paused");
            await queue.Groups.PauseAsync("paused");
            for (var i = 0; i < 6; i++)
            {
                await FillAsync(queue, i);
            }

            await EndSomeAsync(queue);
            await ScheduleAsync(queue);
        }

        return await File.ReadAllBytesAsync(path);
    }

    private static async Task ScheduleAsync(SqliteTaskQueue queue)
    {
        var schedule = new NewSchedule("every", "@every 1s", new NewTask("a") { MaxAttempts = 1 }) { Missed = MissedRunPolicy.FireAll, PauseAfterFailures = 2 };
        await queue.Schedules.AddAsync(schedule);
        await queue.Schedules.AddAsync(schedule with { Name = "queue", Expression = "* * * * * *", TimeZone = "Europe/Berlin", Overlap = OverlapPolicy.Queue });
        await queue.Schedules.DeclareAsync(schedule with { Name = "skip", Expression = "*/5 * * * *", Jitter = TimeSpan.FromSeconds(30), Overlap = OverlapPolicy.Skip });
        foreach (var name in (string[])["every", "queue", "skip", "every"])
        {
            await queue.Schedules.RunNowAsync(name);
        }

        await queue.Schedules.PauseAsync("skip", "for now");
    }

    private static ValueTask<IReadOnlyList<TaskId>> FillAsync(SqliteTaskQueue queue, int i) => queue.EnqueueAsync([
        new NewTask("a", new byte[i * 900]) { Label = $"label {i}", Priority = i, Metadata = new Dictionary<string, string> { ["k"] = "v" } },
        new NewTask("b") { Group = "limited", Retry = RetryPolicy.Immediate, DedupKey = $"key {i}" },
        new NewTask("b") { Group = "limited", DedupKey = $"kept {i}", DedupScope = DedupScope.Forever },
        new NewTask("b") { Group = "limited", DedupKey = $"until started {i}", DedupScope = DedupScope.UntilStarted },
        new NewTask("a") { Delay = TimeSpan.FromDays(i) },
        new NewTask("a") { Stashed = true },
        new NewTask("a") { RequiresApproval = true },
        new NewTask("a") { Group = "paused", RunNow = i == 0 },
        new NewTask("c") { After = [TaskDependency.OnItem(0), TaskDependency.OnItem(1, DependencyCondition.Finished)] },
        new NewTask("c") { Group = "paused", After = [TaskDependency.OnItem(4, DependencyCondition.Failed)] },
        new NewTask("d") { MaxAttempts = 2 },
    ]);

    private static async Task EndSomeAsync(SqliteTaskQueue queue)
    {
        var tasks = await queue.CheckoutAsync(new CheckoutRequest { Worker = "maker" }, 16);
        await queue.ReportProgressAsync(tasks[0].Lease, 0.5, "half");
        await queue.CheckpointAsync(tasks[0].Lease, new byte[] { 1, 2, 3 });
        await queue.SuspendAsync(tasks[1].Lease);
        await queue.CompleteAsync(tasks[2].Lease, new byte[] { 4, 5, 6 });
        await queue.CompleteAsync(tasks[3].Lease);
        await queue.FailAsync(tasks[4].Lease, new TaskFailure("boom"));
        await queue.FailAsync(tasks[5].Lease, new TaskFailure("boom") { Permanent = true });
        await queue.Control.CancelAsync(tasks[6].Id);
        await queue.ReleaseAsync(tasks[7].Lease, TimeSpan.FromHours(1));
        var held = (await queue.Inspector.QueryAsync(new TaskQuery { Limit = 100 })).Tasks;
        await queue.Control.CancelAsync(held.First(task => task.Holds.HasFlag(TaskHolds.Stashed)).Id, "not wanted");
        await queue.Control.RejectAsync(held.First(task => task.Holds.HasFlag(TaskHolds.Approval)).Id, "ann", "no");
    }
}
