using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>Reports the result of an enqueue.</summary>
internal static class Adding
{
    public static async ValueTask<EnqueueResult> AddAsync(DqInvocation invocation, NewTask task)
    {
        var queue = await invocation.OpenAsync();
        var result = await queue.EnqueueOrGetAsync(task, invocation.Token);
        if (result.Created)
        {
            invocation.Output.Remember($"Task {result.Id} was added.");
        }
        else
        {
            invocation.Output.Remember($"Task {result.Id} already has the key.");
            invocation.Output.Say($"Task {result.Id} already has the key '{task.DedupKey}'; nothing was added.");
        }

        return result;
    }
}
