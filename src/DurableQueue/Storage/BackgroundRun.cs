namespace DurableQueue.Storage;

/// <summary>Runs an action in the background, one run at a time. A request made during a run brings another run after it, so none is lost.</summary>
internal sealed class BackgroundRun(Func<Task> action, Action<Exception> failed, Dispatcher dispatcher)
{
    private int requests;

    public void Request()
    {
        if (Interlocked.Increment(ref requests) == 1)
        {
            dispatcher.PostInFrame(() => _ = RunAsync());
        }
    }

    private async Task RunAsync()
    {
        int seen;
        do
        {
            seen = Volatile.Read(ref requests);
            try
            {
                await action().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                failed(e);
            }
        }
        while (Interlocked.Add(ref requests, -seen) > 0);
    }
}
