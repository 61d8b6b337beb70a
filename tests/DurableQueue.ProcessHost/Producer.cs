using System.Text;

namespace DurableQueue.ProcessHost;

/// <summary>Enqueues without end, alone and in lists, and says each id with its payload once the queue has acknowledged it.</summary>
internal static class Producer
{
    public static Task RunAsync(ITaskQueue queue, Arguments arguments, ParentProcess parent)
    {
        var seed = arguments.Number("seed", 0);
        var pauseMilliseconds = arguments.Number("pause", 4);
        var goOn = arguments.Text("errors", "end") == "go-on";
        return Task.WhenAll(Enumerable.Range(0, arguments.Number("callers", 2)).Select(caller => Task.Run(() =>
            LoopAsync(queue, $"{arguments["name"]}.{caller}", new Random(seed + caller), pauseMilliseconds, goOn, parent.Stopping))));
    }

    private static async Task LoopAsync(ITaskQueue queue, string name, Random random, int pauseMilliseconds, bool goOn, CancellationToken stopping)
    {
        TaskId? latest = null;
        for (var round = 0; !stopping.IsCancellationRequested; round++)
        {
            var count = random.Next(3) == 0 ? random.Next(2, 6) : 1;
            var tasks = Enumerable.Range(0, count).Select(index => Make($"{name}/{round}/{index}", index, latest, random)).ToList();
            try
            {
                IReadOnlyList<TaskId> ids = count == 1
                    ? [await queue.EnqueueAsync(tasks[0], CancellationToken.None)]
                    : await queue.EnqueueAsync(tasks, CancellationToken.None);
                for (var index = 0; index < count; index++)
                {
                    Output.Line($"enqueued {ids[index]} {Encoding.UTF8.GetString(tasks[index].Payload.Span)}");
                }

                latest = ids[^1];
            }
            catch (QueueStorageException error) when (goOn)
            {
                tasks.ForEach(task => Output.Line($"failed {error.Error} {Encoding.UTF8.GetString(task.Payload.Span)}"));
            }

            // Not to wait for anything: it bounds the backlog, which the test reads in full at the end.
            await Task.Delay(random.Next(pauseMilliseconds + 1), CancellationToken.None);
        }
    }

    private static NewTask Make(string key, int index, TaskId? latest, Random random) => new("load", Encoding.UTF8.GetBytes(key))
    {
        Group = random.Next(20) switch { 0 => "one", < 4 => "three", _ => "free" },
        Priority = random.Next(3),
        MaxAttempts = 1_000,
        Retry = RetryPolicy.Immediate,
        After = random.Next(4) switch
        {
            0 when index > 0 => [TaskDependency.OnItem(random.Next(index))],
            1 when latest is { } id => [new TaskDependency(id, DependencyCondition.Finished)],
            _ => [],
        },
    };
}
