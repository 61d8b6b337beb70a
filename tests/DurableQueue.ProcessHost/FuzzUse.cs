namespace DurableQueue.ProcessHost;

/// <summary>Calls about everything that a queue can do, on a file that may be damaged.</summary>
/// <param name="path">The file.</param>
/// <param name="random">Chooses between the calls.</param>
/// <param name="tell">Tell what each call ended with.</param>
internal sealed class FuzzUse(string path, Random random, bool tell)
{
    public List<string> Findings { get; } = [];

    public bool Opened { get; private set; }

    public string Step { get; private set; } = "open";

    public async Task RunAsync()
    {
        await TryAsync("open", async () =>
        {
            var options = new SqliteQueueOptions { BusyTimeout = TimeSpan.FromSeconds(1), BackgroundSweeps = random.Next(4) == 0, Durability = Durability.Normal };
            await using var queue = await SqliteTaskQueue.OpenAsync(path, options);
            Opened = true;
            await ReadAsync(queue);
            await WorkAsync(queue);
            await ControlAsync(queue);
            await ScheduleAsync(queue);
            await TryAsync("verify", async () => await queue.Inspector.VerifyAsync());
            await TryAsync("repair", async () => await RepairAsync(queue));
            await WorkAsync(queue);
            await ReadAsync(queue);
            await TryAsync("backup", async () => await queue.BackupToAsync(path + ".copy"));
            Step = "dispose";
        });
    }

    /// <summary>What a repair says is put right must be right.</summary>
    private async Task RepairAsync(SqliteTaskQueue queue)
    {
        var repair = await queue.Control.RepairAsync();
        var left = (await queue.Inspector.VerifyAsync()).Findings.Except(repair.Remaining).ToList();
        if (left.Count > 0 && Opened)
        {
            // Cascade work that the repair stored may have met another defect meanwhile; what is found must not be what was repaired.
            Findings.AddRange(left.Where(repair.Repaired.Contains).Select(finding => $"repaired, and found again: {finding}"));
        }
    }

    private async Task ReadAsync(SqliteTaskQueue queue)
    {
        await TryAsync("count", async () => await queue.Inspector.CountAsync());
        await TryAsync("groups", async () => await queue.Groups.ListAsync());
        foreach (var order in Enum.GetValues<TaskOrder>())
        {
            await TryAsync($"query {order}", async () => await queue.Inspector.QueryAsync(new TaskQuery { Order = order, Limit = 50 }));
        }

        for (var number = 1; number <= 70; number += random.Next(1, 9))
        {
            var id = new TaskId(number);
            await TryAsync("get", async () => await queue.Inspector.GetAsync(id));
            await TryAsync("payload", async () => await queue.Inspector.GetPayloadAsync(id));
            await TryAsync("result", async () => await queue.Inspector.GetResultAsync(id));
            await TryAsync("attempts", async () => await queue.Inspector.GetAttemptsAsync(id));
            await TryAsync("dependencies", async () => await queue.Inspector.GetDependenciesAsync(id));
        }

        await TryAsync("sequence", async () => await queue.Inspector.GetFinishSequenceAsync());
        await TryAsync("wait", async () => await queue.Inspector.WaitAsync(TaskSelector.ByGroup("default"), new WaitOptions { Timeout = TimeSpan.FromMilliseconds(1) }));
        await TryAsync("watch", async () =>
        {
            using var end = new CancellationTokenSource(TimeSpan.FromMilliseconds(5));
            try
            {
                await foreach (var _ in queue.Inspector.WatchAsync(0, end.Token))
                {
                }
            }
            catch (OperationCanceledException)
            {
                // It has no end of its own.
            }
        });
    }

    private async Task WorkAsync(SqliteTaskQueue queue)
    {
        await TryAsync("enqueue", async () => await queue.EnqueueAsync([new NewTask("a"), new NewTask("b") { Group = "limited", DedupKey = "key 1", After = [TaskDependency.OnItem(0)] }]));
        await TryAsync("enqueue after", async () => await queue.EnqueueAsync(new NewTask("c") { After = [new TaskId(random.Next(1, 60))] }), mayBeArgument: true);
        await TryAsync("reap", async () => await queue.ReapExpiredAsync());
        for (var round = 0; round < 3; round++)
        {
            IReadOnlyList<LeasedTask> tasks = [];
            var request = new CheckoutRequest
            {
                Worker = "fuzz",
                Types = random.Next(2) == 0 ? null : ["a", "b", "c"],
                Groups = random.Next(2) == 0 ? null : ["default", "limited"],
            };
            await TryAsync("checkout", async () => tasks = await queue.CheckoutAsync(request, random.Next(1, 9)));
            foreach (var task in tasks)
            {
                await UseLeaseAsync(queue, task.Lease);
            }
        }
    }

    private async Task UseLeaseAsync(SqliteTaskQueue queue, Lease lease)
    {
        await TryAsync("heartbeat", async () => await queue.HeartbeatAsync(lease));
        switch (random.Next(5))
        {
            case 0:
                await TryAsync("fail", async () => await queue.FailAsync(lease, new TaskFailure("boom")));
                break;
            case 1:
                await TryAsync("release", async () => await queue.ReleaseAsync(lease));
                break;
            case 2:
                await TryAsync("suspend", async () => await queue.SuspendAsync(lease));
                await TryAsync("resume", async () => await queue.ResumeAsync(lease));
                break;
            case 3:
                await TryAsync("progress", async () => await queue.ReportProgressAsync(lease, 0.25));
                await TryAsync("checkpoint", async () => await queue.CheckpointAsync(lease, new byte[] { 9 }));
                break;
        }

        await TryAsync("complete", async () => await queue.CompleteAsync(lease, new byte[] { 1 }));
    }

    private async Task ControlAsync(SqliteTaskQueue queue)
    {
        for (var call = 0; call < 12; call++)
        {
            var id = new TaskId(random.Next(1, 70));
            await (random.Next(13) switch
            {
                0 => TryAsync("cancel", async () => await queue.Control.CancelAsync(id)),
                1 => TryAsync("cancel tree", async () => await queue.Control.CancelTreeAsync(id)),
                2 => TryAsync("retry", async () => await queue.Control.RetryAsync(id, withDependents: true)),
                3 => TryAsync("stash", async () => await queue.Control.StashAsync(id)),
                4 => TryAsync("unstash", async () => await queue.Control.UnstashAsync(id)),
                5 => TryAsync("run now", async () => await queue.Control.RunNowAsync(id)),
                6 => TryAsync("approve", async () => await queue.Control.ApproveAsync(id, "ann")),
                7 => TryAsync("edit", async () => await queue.Control.EditAsync(id, new TaskEdit { Priority = 3, Group = "limited", After = [] }), mayBeArgument: true),
                8 => TryAsync("swap", async () => await queue.Control.SwapAsync(id, new TaskId(id.Value + 1)), mayBeArgument: true),
                9 => TryAsync("remove", async () => await queue.Control.RemoveAsync([id])),
                10 => TryAsync("resume group", async () => await queue.Groups.ResumeAsync("paused")),
                11 => TryAsync("limit", async () => await queue.Groups.SetParallelismAsync("limited", 1)),
                _ => TryAsync("prune", async () => await queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.Zero))),
            });
        }
    }

    private async Task ScheduleAsync(SqliteTaskQueue queue)
    {
        foreach (var name in (string[])["every", "queue", "skip"])
        {
            await TryAsync("next", async () => await queue.Schedules.GetNextAsync(name, 20), mayBeArgument: true);
            await TryAsync("runs", async () => await queue.Schedules.GetRunsAsync(name));
            await (random.Next(5) switch
            {
                0 => TryAsync("pause", async () => await queue.Schedules.PauseAsync(name)),
                1 => TryAsync("resume", async () => await queue.Schedules.ResumeAsync(name), mayBeArgument: true),
                2 => TryAsync("run schedule", async () => await queue.Schedules.RunNowAsync(name), mayBeArgument: true),
                3 => TryAsync("edit schedule", async () => await queue.Schedules.EditAsync(name, new ScheduleEdit { Expression = "@every 2s" }), mayBeArgument: true),
                _ => TryAsync("declare", async () => await queue.Schedules.DeclareAsync(new NewSchedule(name, "@hourly", new NewTask("b")))),
            });
        }

        await TryAsync("add schedule", async () => await queue.Schedules.AddAsync(new NewSchedule("fuzz", "@daily", new NewTask("a"))), mayBeArgument: true);
        await TryAsync("remove schedule", async () => await queue.Schedules.RemoveAsync("fuzz"));
        await TryAsync("list", async () => await queue.Schedules.ListAsync());
    }

    private async Task TryAsync(string step, Func<Task> call, bool mayBeArgument = false)
    {
        Step = step;
        try
        {
            await call();
            Tell(step, "well");
        }
        catch (Exception error) when (error is DurableQueueException || (mayBeArgument && error is ArgumentException))
        {
            Tell(step, error.Message);
        }
#pragma warning disable CA1031 // Whatever else comes out is what is looked for.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Findings.Add($"{step}: {error}");
        }
    }

    private void Tell(string step, string ended)
    {
        if (tell)
        {
            Output.Line($"step {step}: {ended.ReplaceLineEndings(" ")}");
        }
    }
}
