using DurableQueue.Sqlite;
using DurableQueue.Storage;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>
/// The two ways to notice commits of others, each with the other one out of reach. Others always commit twice: the log may be written just before the watch
/// listens to it, and the commit be there just after it has read; then only polling finds the first one.
/// </summary>
public sealed class CommitWatchTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly QueueDirectory directory = new();

    /// <summary>Either polls once an hour, or is not told of writes.</summary>
    public static TheoryData<bool> KernelTells => [true, false];

    public void Dispose() => directory.Dispose();

    [Theory]
    [MemberData(nameof(KernelTells))]
    public async Task Wait_OtherQueueEnqueues_Ends(bool kernelTells)
    {
        await using var queue = await OpenAsync(kernelTells);
        await using var other = await directory.OpenAsync();
        var seen = await BeginAsync(queue.Signals);

        await other.EnqueueAsync(new NewTask("work"));
        await other.EnqueueAsync(new NewTask("work"));

        await queue.Signals.WaitForReadyAsync(seen, CancellationToken.None).WaitAsync(QueueDirectory.Limit);
    }

    [Theory]
    [MemberData(nameof(KernelTells))]
    public async Task Wait_LogWasCutSince_EndsAllTheSame(bool kernelTells)
    {
        await using var queue = await OpenAsync(kernelTells);
        await queue.EnqueueAsync(new NewTask("early"));
        var seen = await BeginAsync(queue.Signals);

        // Its close moves the log into the file, and cuts it.
        var closed = await directory.OpenAsync();
        await closed.DisposeAsync();
        Assert.Equal(0, new FileInfo(directory.FilePath + "-wal").Length);
        await using var other = await directory.OpenAsync();
        await other.EnqueueAsync(new NewTask("work"));
        await other.EnqueueAsync(new NewTask("work"));

        await queue.Signals.WaitForReadyAsync(seen, CancellationToken.None).WaitAsync(QueueDirectory.Limit);
    }

    [Theory]
    [MemberData(nameof(KernelTells))]
    public async Task Wait_ProgramThatDoesNotKnowUsCommits_Ends(bool kernelTells)
    {
        await using var queue = await OpenAsync(kernelTells);
        var seen = await BeginAsync(queue.Signals);

        directory.Execute("CREATE TABLE theirs (id INTEGER)");
        directory.Execute("INSERT INTO theirs VALUES (1)");

        await queue.Signals.WaitForReadyAsync(seen, CancellationToken.None).WaitAsync(QueueDirectory.Limit);
    }

    [Theory]
    [MemberData(nameof(KernelTells))]
    public async Task Cancel_InTheOtherQueue_TellsTheTask(bool kernelTells)
    {
        await using var queue = await OpenAsync(kernelTells);
        await using var other = await directory.OpenAsync();
        var id = await other.EnqueueAsync(new NewTask("work"));
        Assert.NotNull(await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }));
        await BeginAsync(queue.Signals);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        queue.Signals.CancelRequested += task => cancelled.TrySetResult();

        Assert.Equal(CancelResult.Requested, await other.Control.CancelAsync(id));
        await other.EnqueueAsync(new NewTask("work"));

        await cancelled.Task.WaitAsync(QueueDirectory.Limit);
    }

    private ValueTask<SqliteTaskQueue> OpenAsync(bool kernelTells) => directory.OpenAsync(
        polling: kernelTells
            ? new CommitPolling { Shortest = Hour, Longest = Hour, LongestWhenTold = Hour }
            : new CommitPolling { ListensToLog = false });

    /// <summary>From now on it watches all the time; that it begins has told everybody.</summary>
    private static async Task<long> BeginAsync(QueueSignals signals)
    {
        var seen = signals.ReadyVersion;
        signals.CancelRequested += _ => { };
        await signals.WaitForReadyAsync(seen, CancellationToken.None).WaitAsync(QueueDirectory.Limit);
        return signals.ReadyVersion;
    }
}
