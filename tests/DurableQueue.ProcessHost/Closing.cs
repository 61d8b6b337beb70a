using Microsoft.Extensions.DependencyInjection;

namespace DurableQueue.ProcessHost;

/// <summary>Containers that are disposed without await, each by a thread of the pool, and all threads of the pool at once.</summary>
internal static class Closing
{
    /// <summary>Rounds differ in how many operations the writers have led before: every few of them the pool leads.</summary>
    private const int Rounds = 8;

    public static void Run(Arguments arguments)
    {
        var threads = Environment.ProcessorCount;
        if (!ThreadPool.SetMinThreads(1, 1) || !ThreadPool.SetMaxThreads(threads, threads))
        {
            throw new InvalidOperationException("The pool cannot be made small.");
        }

        for (var round = 0; round < Rounds; round++)
        {
            var path = $"{arguments["db"]}.{round}";
            var providers = Enumerable.Range(0, threads).Select(_ => Open(path, round)).ToArray();
            using var together = new Barrier(threads);
            using var closed = new CountdownEvent(threads);
            foreach (var provider in providers)
            {
                ThreadPool.UnsafeQueueUserWorkItem(
                    _ =>
                    {
                        together.SignalAndWait();
                        provider.Dispose();
                        closed.Signal();
                    },
                    null);
            }

            closed.Wait();
            Output.Line($"closed {round}");
        }
    }

    private static ServiceProvider Open(string path, int operations)
    {
        var services = new ServiceCollection();
        services.AddDurableQueue(q => q.UseSqlite(path));
        var provider = services.BuildServiceProvider();
        var queue = provider.GetRequiredService<ITaskQueue>();

        // A worker of the queue, which is to be struck off at the close.
        queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }).AsTask().GetAwaiter().GetResult();
        for (var i = 0; i < operations; i++)
        {
            queue.EnqueueAsync(new NewTask("work")).AsTask().GetAwaiter().GetResult();
        }

        return provider;
    }
}
