namespace DurableQueue.ProcessHost;

/// <summary>What the parent process says over standard input: <c>go</c>, then <c>stop</c>; between them <c>rest</c> and <c>wake</c>. Its end is the end of this process too.</summary>
internal sealed class ParentProcess : IDisposable
{
    private readonly TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource stopRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource stopping = new();
    private volatile TaskCompletionSource awake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool closed;

    public ParentProcess()
    {
        awake.SetResult();
        var reader = new Thread(Read) { IsBackground = true, Name = "parent" };
        reader.Start();
    }

    public Task Go => go.Task;

    public Task StopRequested => stopRequested.Task;

    /// <summary>Not completed while there is to be rest.</summary>
    public Task Awake => awake.Task;

    public CancellationToken Stopping => stopping.Token;

    public void Dispose() => closed = true;

    private void Read()
    {
        while (Console.In.ReadLine() is { } line)
        {
            switch (line)
            {
                case "go":
                    go.TrySetResult();
                    break;
                case "rest":
                    awake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    break;
                case "wake":
                    awake.TrySetResult();
                    break;
                case "stop":
                    stopRequested.TrySetResult();
                    stopping.Cancel();
                    break;
            }
        }

        if (!closed)
        {
            Environment.Exit(3);
        }
    }
}
