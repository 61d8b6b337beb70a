using System.Diagnostics;

namespace DurableQueue.ProcessHost;

/// <summary>
/// Works tasks off on plain threads through the bare queue. Says <c>start</c> after a checkout and <c>end</c> before the call that ends the
/// attempt, both with a time stamp that all processes of the machine share, and then what came of it.
/// </summary>
internal sealed class Worker
{
    private readonly ITaskQueue queue;
    private readonly CheckoutRequest request;
    private readonly CancellationToken stopping;
    private readonly bool untilDrained;
    private readonly bool withFaults;
    private readonly int holdMilliseconds;

    private Worker(ITaskQueue queue, Arguments arguments, ParentProcess parent)
    {
        this.queue = queue;
        stopping = parent.Stopping;
        untilDrained = arguments.Text("until", "drained") == "drained";
        withFaults = arguments.Text("faults", "no") == "yes";
        holdMilliseconds = arguments.Number("hold", 1);
        request = new CheckoutRequest
        {
            Worker = arguments["name"],
            LeaseDuration = TimeSpan.FromMilliseconds(arguments.Number("lease", 300_000)),
        };
    }

    public static void Run(ITaskQueue queue, Arguments arguments, ParentProcess parent)
    {
        var worker = new Worker(queue, arguments, parent);
        var seed = arguments.Number("seed", 0);
        var threads = Enumerable.Range(0, arguments.Number("threads", 8))
            .Select(number => new Thread(() => worker.Loop(new Random(seed + number))))
            .ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }

    private void Loop(Random random)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var task = Wait(queue.CheckoutAsync(request, CancellationToken.None));
                if (task is not null)
                {
                    Work(task, random);
                }
                else if (untilDrained && Wait(queue.Inspector.CountAsync()).Total.Unfinished == 0)
                {
                    return;
                }
                else
                {
                    // The bare queue has no call that waits for work: what blocks here may be released by any process.
                    Thread.Sleep(random.Next(5, 25));
                }
            }
#pragma warning disable CA1031 // Told to the parent process, which decides whether it was expected.
            catch (Exception error)
#pragma warning restore CA1031
            {
                Output.Error(error);
                return;
            }
        }
    }

    private void Work(LeasedTask task, Random random)
    {
        Output.Line($"start {task.Id} {Stopwatch.GetTimestamp()} {task.Group} {task.Attempt}");
        if (task.Group != "free")
        {
            Thread.Sleep(holdMilliseconds);
        }

        var choice = withFaults ? random.Next(100) : 100;
        switch (choice)
        {
            case < 4:
                End(task, "fail");
                Say(task, Wait(queue.FailAsync(task.Lease, new TaskFailure("as drawn"), CancellationToken.None)), "failed");
                return;
            case < 8:
                End(task, "release");
                Say(task, Wait(queue.ReleaseAsync(task.Lease, null, CancellationToken.None)), "released");
                return;
            case < 12:
                if (!Wait(queue.SuspendAsync(task.Lease, CancellationToken.None)) || !Wait(queue.ResumeAsync(task.Lease, CancellationToken.None)))
                {
                    Output.Line($"lost {task.Id}");
                    return;
                }

                break;
            case < 16:
                if (Wait(queue.HeartbeatAsync(task.Lease, CancellationToken.None)) == HeartbeatResult.Lost)
                {
                    Output.Line($"lost {task.Id}");
                    return;
                }

                break;
        }

        End(task, "complete");
        Say(task, Wait(queue.CompleteAsync(task.Lease, default, CancellationToken.None)), "done");
    }

    private static void End(LeasedTask task, string how) => Output.Line($"end {task.Id} {Stopwatch.GetTimestamp()} {how}");

    private static void Say(LeasedTask task, bool held, string what) => Output.Line($"{(held ? what : "lost")} {task.Id}");

    private static T Wait<T>(ValueTask<T> call) => call.AsTask().GetAwaiter().GetResult();
}
