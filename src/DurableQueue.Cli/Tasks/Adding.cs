using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>What an enqueue of the command line has become.</summary>
internal static class Adding
{
    public static async ValueTask<EnqueueResult> AddAsync(Invocation invocation, NewTask task)
    {
        var queue = await invocation.OpenAsync();
        var result = await queue.EnqueueOrGetAsync(task, invocation.Token);
        if (!result.Created)
        {
            invocation.Output.Say($"Task {result.Id} has the key '{task.DedupKey}' already: nothing was added.");
        }

        return result;
    }
}
