using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableQueue.ProcessHost;

/// <summary>A process whose thread pool is small and does not grow.</summary>
internal static class SmallPool
{
    /// <summary>
    /// A host with one worker of 48 slots whose handlers block: <c>nap</c> for a time, <c>listen</c> until its token says so, <c>stuck</c> for ever.
    /// Each says <c>start TYPE ID ATTEMPT</c>.
    /// </summary>
    public static async Task WorkAsync(Arguments arguments, ParentProcess parent)
    {
        var nap = arguments.Number("nap", 500);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(new OutputLogs());
        builder.Services.AddDurableQueue(q => q
            .UseSqlite(arguments["db"])
            .AddHandler("nap", (string _, TaskContext context) => Block(context, nap, CancellationToken.None))
            .AddHandler("listen", (string _, TaskContext context, CancellationToken token) => Block(context, Timeout.Infinite, token))
            .AddHandler("stuck", (string _, TaskContext context) => Block(context, Timeout.Infinite, CancellationToken.None))
            .AddWorker(w =>
            {
                w.LeaseDuration = TimeSpan.FromMilliseconds(arguments.Number("lease", 3_000));
                w.Concurrency = 48;
                w.CancelGrace = TimeSpan.FromMilliseconds(arguments.Number("grace", 1_000));
            }));
        using var host = builder.Build();
        await host.StartAsync();
        Output.Line("ready");
        Limit(arguments);
        await parent.StopRequested;
        await host.StopAsync();
    }

    /// <summary>Forty callers at once, each of which makes every kind of call synchronously, from a thread of the pool.</summary>
    public static void Call(SqliteTaskQueue queue, Arguments arguments)
    {
        Limit(arguments);
        using var done = new CountdownEvent(40);
        for (var caller = 0; caller < 40; caller++)
        {
            var worker = $"caller-{caller}";
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    try
                    {
                        CallAll(queue, worker);
                    }
                    catch (Exception error)
                    {
                        Output.Error(error);
                    }

                    done.Signal();
                },
                null);
        }

        done.Wait();
        Output.Line("called");
    }

#pragma warning disable CA2012 // Callers do this, whatever the rule says about value tasks in general: these ones block until they have an answer.
    private static void CallAll(SqliteTaskQueue queue, string worker)
    {
        for (var i = 0; i < 5; i++)
        {
            var id = queue.EnqueueAsync(new NewTask("work") { Group = worker }).GetAwaiter().GetResult();
            queue.EnqueueAsync([new NewTask("work") { Group = worker }, new NewTask("work") { Group = worker }]).AsTask().Wait();
            var request = new CheckoutRequest { Worker = worker, Groups = [worker] };
            var first = queue.CheckoutAsync(request).GetAwaiter().GetResult()!;
            var rest = queue.CheckoutAsync(request, 10).GetAwaiter().GetResult();
            queue.HeartbeatAsync(first.Lease).GetAwaiter().GetResult();
            if (!queue.CompleteAsync(first.Lease).GetAwaiter().GetResult() || rest.Count != 2)
            {
                throw new InvalidOperationException("A lease was lost.");
            }

            queue.FailAsync(rest[0].Lease, new TaskFailure("no") { Permanent = true }).GetAwaiter().GetResult();
            queue.ReleaseAsync(rest[1].Lease).GetAwaiter().GetResult();
            queue.Control.CancelAsync(rest[1].Id).GetAwaiter().GetResult();
            queue.Control.RetryAsync(id).GetAwaiter().GetResult();
            queue.Control.CancelAsync(id).AsTask().Wait();
            queue.Groups.SetParallelismAsync(worker, 5).GetAwaiter().GetResult();
            queue.Groups.GetAsync(worker).GetAwaiter().GetResult();
            queue.Inspector.GetAsync(id).GetAwaiter().GetResult();
            queue.Inspector.WaitAsync(TaskSelector.ByIds([id])).AsTask().GetAwaiter().GetResult();
            queue.Inspector.CountAsync().GetAwaiter().GetResult();
            queue.ReapExpiredAsync().GetAwaiter().GetResult();
        }

        queue.Inspector.VerifyAsync().AsTask().Wait();
    }
#pragma warning restore CA2012

    /// <summary>Not before the host has started: the host itself uses the pool then.</summary>
    private static void Limit(Arguments arguments)
    {
        var threads = arguments.Number("pool", 4);
        ThreadPool.SetMinThreads(threads, 1);
        if (!ThreadPool.SetMaxThreads(threads, 1_000))
        {
            throw new InvalidOperationException($"The pool cannot be limited to {threads} threads.");
        }
    }

    private static void Block(TaskContext context, int milliseconds, CancellationToken cancellationToken)
    {
        Output.Line($"start {context.Type} {context.Id} {context.Attempt}");
        using var never = new ManualResetEventSlim();
        never.Wait(milliseconds, cancellationToken);
    }
}
