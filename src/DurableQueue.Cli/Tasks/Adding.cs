using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>What an enqueue of the command line has become.</summary>
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
            invocation.Output.Remember($"Task {result.Id} is the one that has the key.");
            invocation.Output.Say($"Task {result.Id} has the key '{task.DedupKey}' already: nothing was added.");
        }

        return result;
    }
}
