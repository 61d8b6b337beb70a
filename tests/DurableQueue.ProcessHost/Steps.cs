using System.Globalization;

namespace DurableQueue.ProcessHost;

/// <summary>Makes the calls it is given, one after the other, and says <c>+ STEP ANSWER</c> after each: it is to be killed in a certain one.</summary>
internal static class Steps
{
    public static async Task RunAsync(ITaskQueue queue, Arguments arguments)
    {
        LeasedTask? held = null;
        foreach (var step in arguments["steps"].Split(','))
        {
            var (call, number) = Parse(step);
            Output.Line($"? {call}");
            object answer = call switch
            {
                "enqueue" => await queue.EnqueueAsync(new NewTask("step") { MaxAttempts = 2, Retry = RetryPolicy.Immediate }),
                "list" => (await queue.EnqueueAsync([.. Enumerable.Range(0, number).Select(_ => new NewTask("step"))])).Count,
                "dependents" => (await queue.EnqueueAsync(
                    [.. Enumerable.Range(0, number).Select(_ => new NewTask("dependent") { After = [new TaskId(1)] })])).Count,
                "estimated" => await queue.EnqueueAsync(
                    new NewTask("step") { EstimatedCost = new Cost(1), Metadata = new Dictionary<string, string> { ["tenant"] = "acme" } }),
                "charge" => await queue.Budgets.ChargeAsync(held!.Lease, new Cost(number / 1_000m), "call"),
                "checkout" => (held = await queue.CheckoutAsync(Request(arguments)))?.Id ?? default,
                "complete" => await queue.CompleteAsync(held!.Lease, "done"u8.ToArray()),
                "fail" => await queue.FailAsync(held!.Lease, new TaskFailure("as asked")),
                "release" => await queue.ReleaseAsync(held!.Lease),
                "auto" => await queue.EnqueueAsync(NewTask.Auto()),
                "route" => await queue.RouteAsync(held!.Lease, new RouteDecision("step", "as asked")),
                "ask" => (await queue.Approvals.RequestAsync(held!.Lease, "step", "as asked"))!.Id,
                "approve" => await ApproveAsync(queue, new ApprovalId(number)),
                "checkpoint" => await queue.CheckpointAsync(held!.Lease, "so far"u8.ToArray()),
                "cancel" => await queue.Control.CancelAsync(new TaskId(number)),
                "schedule" => await ScheduleAsync(queue),
                "fire" => await FireAsync(queue),
                "declare" => await queue.Schedules.DeclareAsync(Seconds() with { Name = "declared" }),
                "run-now" => await queue.Schedules.RunNowAsync("seconds"),
                "pause" => await PauseAsync(queue),
                "drain" => await DrainAsync(queue, arguments),
                "stay" => await new TaskCompletionSource<object>().Task,
                "prune" => await queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.Zero)),
                _ => throw new ArgumentException($"unknown step {call}"),
            };
            Output.Line($"+ {call} {answer}");
        }
    }

    private static NewSchedule Seconds() => new("seconds", "@every 1s", new NewTask("run") { MaxAttempts = 1 })
    {
        Missed = MissedRunPolicy.FireAll,
        MissedRunLimit = 1_000,
        PauseAfterFailures = 1,
    };

    private static async Task<string> ScheduleAsync(ITaskQueue queue)
    {
        await queue.Schedules.AddAsync(Seconds());
        return "added";
    }

    private static async Task<string> PauseAsync(ITaskQueue queue)
    {
        await queue.Schedules.PauseAsync("seconds");
        return "paused";
    }

    /// <summary>Lets the schedule become due, and sweeps once: one commit.</summary>
    private static async Task<string> FireAsync(ITaskQueue queue)
    {
        while ((await queue.Schedules.GetAsync("seconds"))!.NextFireAt > DateTimeOffset.UtcNow)
        {
            await Task.Delay(20);
        }

        await queue.ReapExpiredAsync();
        return "fired";
    }

    private static async Task<ApprovalStatus> ApproveAsync(ITaskQueue queue, ApprovalId id)
    {
        await queue.Approvals.ApproveAsync(id, "ann");
        return (await queue.Approvals.GetAsync(id))!.Status;
    }

    private static async Task<int> DrainAsync(ITaskQueue queue, Arguments arguments)
    {
        var done = 0;
        while (await queue.CheckoutAsync(Request(arguments), 1_000) is { Count: > 0 } tasks)
        {
            await Task.WhenAll(tasks.Select(task => queue.CompleteAsync(task.Lease).AsTask()));
            done += tasks.Count;
        }

        return done;
    }

    private static CheckoutRequest Request(Arguments arguments) => new() { Worker = arguments["name"] };

    private static (string Call, int Number) Parse(string step)
    {
        var parts = step.Split(':');
        return (parts[0], parts.Length == 2 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
    }
}
