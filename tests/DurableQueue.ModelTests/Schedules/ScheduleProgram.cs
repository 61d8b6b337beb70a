
namespace DurableQueue.ModelTests.Schedules;

/// <summary>A random program over schedules and their runs, on two queues of one file, against <see cref="ScheduleModel"/>.</summary>
internal sealed class ScheduleProgram(QueueUnderTest queue, Random random) : SeededProgram
{
    private const int RunsCompared = 60;

    private static readonly string[] Names = ["a", "b", "c"];

    private readonly ScheduleModel model = new() { Now = queue.Time.GetUtcNow() };

    protected override int Length => 250;

    public static Task RunAsync(int seed) => RunAsync(seed, (queue, random) => new ScheduleProgram(queue, random));

    protected override async Task StepAsync()
    {
        switch (random.Next(20))
        {
            case 0 or 1:
                await AddAsync();
                break;
            case 2:
                await DeclareAsync();
                break;
            case 3:
                await OnScheduleAsync("pause", async (name, schedule) =>
                {
                    await queue.Tasks.Schedules.PauseAsync(name, "by hand");
                    schedule.Pause();
                });
                break;
            case 4 or 5:
                await OnScheduleAsync("resume", async (name, schedule) =>
                {
                    await queue.Tasks.Schedules.ResumeAsync(name);
                    model.Resume(schedule);
                });
                break;
            case 6:
                await OnScheduleAsync("run now", async (name, schedule) =>
                {
                    var run = model.Enqueue(schedule, model.Now, manual: true);
                    run.Id = await queue.Tasks.Schedules.RunNowAsync(name);
                });
                break;
            case 7:
                await OnScheduleAsync("edit", EditAsync);
                break;
            case 8 when random.Next(3) == 0:
                await OnScheduleAsync("remove", async (name, schedule) =>
                {
                    await queue.Tasks.Schedules.RemoveAsync(name);
                    model.Remove(schedule);
                });
                break;
            case 9:
                Say("switch");
                await queue.SwitchAsync();
                break;
            case 10 when random.Next(3) == 0:
                Say("reopen");
                await queue.ReopenAsync();
                break;
            case < 14:
                var passing = TimeSpan.FromSeconds(random.Next(4) == 0 ? random.Next(300) : random.Next(20));
                Say($"{passing} pass");
                queue.Time.Advance(passing);
                model.Now += passing;
                break;
            case 14:
                Say("sweep");
                await queue.Tasks.ReapExpiredAsync();
                model.Fire();
                break;
            case 15 or 16:
                await CheckoutAsync();
                break;
            default:
                await EndAsync();
                break;
        }
    }

    private async Task AddAsync()
    {
        var settings = Settings();
        Say($"add {Describe(settings)}");
        if (model.Schedules.ContainsKey(settings.Name))
        {
            await ThrowsAsync<ArgumentException>(() => queue.Tasks.Schedules.AddAsync(settings).AsTask());
            return;
        }

        await queue.Tasks.Schedules.AddAsync(settings);
        model.Add(settings);
    }

    private async Task DeclareAsync()
    {
        var settings = Settings() with { StartsAt = null, EndsAt = null };
        Say($"declare {Describe(settings)}");
        Same("the declaration", model.Declare(settings), await queue.Tasks.Schedules.DeclareAsync(settings));
    }

    private async Task EditAsync(string name, ModelSchedule schedule)
    {
        var other = Settings();
        var edit = random.Next(3) switch
        {
            0 => new ScheduleEdit { Expression = other.Expression },
            1 => new ScheduleEdit { Missed = other.Missed, MissedRunLimit = other.MissedRunLimit, PauseAfterFailures = other.PauseAfterFailures },
            _ => new ScheduleEdit { Overlap = other.Overlap, StartsAt = DateTimeOffset.MinValue, EndsAt = DateTimeOffset.MaxValue },
        };
        Say($"  {edit}");
        await queue.Tasks.Schedules.EditAsync(name, edit);
        var edited = schedule.Settings with
        {
            Expression = edit.Expression ?? schedule.Settings.Expression,
            Missed = edit.Missed ?? schedule.Settings.Missed,
            MissedRunLimit = edit.MissedRunLimit ?? schedule.Settings.MissedRunLimit,
            PauseAfterFailures = edit.PauseAfterFailures ?? schedule.Settings.PauseAfterFailures,
            Overlap = edit.Overlap ?? schedule.Settings.Overlap,
            StartsAt = edit.StartsAt is null ? schedule.Settings.StartsAt : null,
            EndsAt = edit.EndsAt is null ? schedule.Settings.EndsAt : null,
        };
        model.Set(schedule, edited);
    }

    private async Task OnScheduleAsync(string what, Func<string, ModelSchedule, Task> call)
    {
        var name = Names[random.Next(Names.Length)];
        Say($"{what} {name}");
        if (model.Schedules.TryGetValue(name, out var schedule))
        {
            await call(name, schedule);
        }
        else
        {
            await ThrowsAsync<ScheduleNotFoundException>(() => queue.Tasks.Schedules.PauseAsync(name).AsTask());
        }
    }

    private async Task CheckoutAsync()
    {
        model.Fire();
        var taken = await queue.Tasks.CheckoutAsync(new CheckoutRequest { Worker = "w", LeaseDuration = TimeSpan.FromHours(24) });
        Say($"checkout {taken?.Schedule} {taken?.OccursAt:HH:mm:ss}");
        var run = model.Checkout();
        Same("the task", run?.OccursAt, taken?.OccursAt);
        if (run is not null)
        {
            (run.Id, run.Lease) = (taken!.Id, taken.Lease);
            Same("the schedule of the task", run.Schedule?.Settings.Name ?? taken.Schedule, taken.Schedule);
        }
    }

    private async Task EndAsync()
    {
        var leased = model.Tasks.Where(run => run.Lease is not null).ToList();
        if (leased.Count > 0)
        {
            var run = leased[random.Next(leased.Count)];
            var how = random.Next(10);
            Say($"end {run.Id} by {how}");
            var kept = how < 5
                ? await queue.Tasks.CompleteAsync(run.Lease!.Value)
                : await queue.Tasks.FailAsync(run.Lease!.Value, new TaskFailure("boom") { PauseSchedule = how == 9 ? "asked for" : null });
            Same("the lease", true, kept);
            model.End(run, how < 5 ? TaskOutcome.Succeeded : TaskOutcome.Failed, pauses: how == 9);
            return;
        }

        var known = model.Tasks.Where(run => run.Id != default).ToList();
        if (known.Count == 0)
        {
            return;
        }

        var any = known[random.Next(known.Count)];
        if (any.IsOpen)
        {
            Say($"cancel {any.Id}");
            await queue.Tasks.Control.CancelAsync(any.Id);
            model.End(any, TaskOutcome.Cancelled);
        }
        else
        {
            Say($"retry {any.Id}");
            await queue.Tasks.Control.RetryAsync(any.Id);
            any.Outcome = TaskOutcome.None;
        }
    }

    protected override async Task CompareAsync()
    {
        var stored = await queue.Tasks.Schedules.ListAsync();
        Same("the names", string.Join(' ', model.Schedules.Keys), string.Join(' ', stored.Select(info => info.Name)));
        foreach (var info in stored)
        {
            var schedule = model.Schedules[info.Name];
            Same(
                $"schedule {info.Name}",
                (schedule.Paused, schedule.Failures, schedule.Next, schedule.Last, schedule.Settings.Expression),
                (info.Paused, info.ConsecutiveFailures, info.NextOccurrence, info.LastOccurrence, info.Schedule.Expression));
            Same("a reason", info.Paused, info.PauseReason is not null);
            await CompareRunsAsync(info.Name, schedule);
        }

        Same("the tasks", model.Tasks.Count(run => run.IsOpen), (int)(await queue.Tasks.Inspector.CountAsync()).Total.Unfinished);
        if (random.Next(50) == 0)
        {
            Same("the self-check", "", string.Join('\n', (await queue.Tasks.Inspector.VerifyAsync()).Findings));
        }
    }

    private async Task CompareRunsAsync(string name, ModelSchedule schedule)
    {
        // Newest first; what is older than those that are kept is not compared.
        var stored = (await queue.Tasks.Schedules.GetRunsAsync(name, RunsCompared)).ToList();
        var expected = Enumerable.Reverse(schedule.Runs).Take(RunsCompared).ToList();
        Same(
            $"the runs of {name}",
            Lines(expected.Select(run => (run.OccursAt, run.Result, run.Manual, run.Outcome))),
            Lines(stored.Select(run => (run.OccursAt, run.Result, run.Manual, run.Outcome))));
        foreach (var (run, record) in expected.Zip(stored))
        {
            run.Id = record.Task ?? default;
        }
    }

    private NewSchedule Settings() => new(Names[random.Next(Names.Length)], $"@every {random.Next(1, 30)}s", new NewTask("work") { MaxAttempts = 1, LeaseDuration = TimeSpan.FromHours(24) })
    {
        StartsAt = random.Next(5) == 0 ? model.Now.AddSeconds(random.Next(-50, 50)) : null,
        EndsAt = random.Next(8) == 0 ? model.Now.AddSeconds(random.Next(100, 500)) : null,
        Missed = (MissedRunPolicy)random.Next(3),
        MissedRunLimit = random.Next(1, 6),
        MissedAfter = TimeSpan.FromSeconds(random.Next(10)),
        Overlap = (OverlapPolicy)random.Next(3),
        PauseAfterFailures = random.Next(4),
        Paused = random.Next(10) == 0,
    };

    private static string Describe(NewSchedule schedule) => (schedule with { Task = new NewTask("work") }).ToString();

    private static async Task ThrowsAsync<TError>(Func<Task> call)
        where TError : Exception
    {
        try
        {
            await call();
        }
        catch (TError)
        {
            return;
        }

        throw new InvalidOperationException($"There was no {typeof(TError).Name}.");
    }
}
