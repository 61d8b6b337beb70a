namespace DurableQueue.Sqlite;

/// <summary>A number that rises, and a way to wait until it has. Nothing is missed between reading the number and waiting.</summary>
internal sealed class Pulse
{
    private readonly Lock gate = new();
    private long version;
    private TaskCompletionSource? next;
    private Exception? closed;

    public long Version => Interlocked.Read(ref version);

    public void Advance()
    {
        TaskCompletionSource? waiting;
        lock (gate)
        {
            Interlocked.Increment(ref version);
            waiting = next;
            next = null;
        }

        waiting?.TrySetResult();
    }

    /// <summary>Ends all waits, and every later one, with the error.</summary>
    public void Close(Exception error)
    {
        TaskCompletionSource? waiting;
        lock (gate)
        {
            closed = error;
            waiting = next;
            next = null;
        }

        waiting?.TrySetException(error);
    }

    public Task WaitAsync(long seen, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (closed is not null)
            {
                return Task.FromException(closed);
            }

            if (version > seen)
            {
                return Task.CompletedTask;
            }

            next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return next.Task.WaitAsync(cancellationToken);
        }
    }
}
