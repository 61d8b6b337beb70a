namespace DurableQueue.ProcessHost;

/// <summary>Opens the file, stores one task and reads it; says how far it came, and what the queue said of the trouble.</summary>
internal static class Trial
{
    public static async Task RunAsync(Arguments arguments)
    {
        try
        {
            await using var queue = await SqliteTaskQueue.OpenAsync(arguments["db"]);
            Output.Line("opened");
            var id = await queue.EnqueueAsync(new NewTask("trial"));
            Output.Line($"enqueued {id}");
        }
        catch (QueueStorageException error)
        {
            Output.Line($"refused {error.Error} {error.Message.ReplaceLineEndings(" ")}");
        }

        Output.Line("bye");
    }
}
