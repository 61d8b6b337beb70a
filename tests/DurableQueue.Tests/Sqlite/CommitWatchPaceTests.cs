using System.Data;
using System.Diagnostics;
using DurableQueue.Sqlite;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>How often the watch reads, and when it ends. Nobody commits; what it listens to is a file that only the test writes.</summary>
public sealed class CommitWatchPaceTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly QueueDirectory directory = new();
    private readonly Dispatcher dispatcher = new();
    private readonly QueueSignals signals;
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CommitWatch? commits;

    public CommitWatchPaceTests()
    {
        signals = new QueueSignals(dispatcher);
        File.WriteAllText(LogPath, "a log");
    }

    private string LogPath => directory.FilePath + "-log";

    public void Dispose()
    {
        commits?.Stop();
        commits?.Dispose();
        dispatcher.Dispose();
        directory.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wait_WriteThatNoCommitHasFollowedYet_ReadsOftenAgain(bool isOwn)
    {
        // Two reads when the watch begins, and one before each period.
        const int periods = 15;
        const int readsUntilThen = 2 + periods;

        // Those after a foreign write, 0.1 to 6.4 ms apart; then one before each of four periods and one after them.
        const int periodsAfter = 4;
        var readsAfter = (isOwn ? 0 : 8) + 1 + periodsAfter;
        var shortest = TimeSpan.FromMilliseconds(10);
        var batches = 0L;
        await using var queue = await directory.OpenAsync();
        var begun = 0L;
        var taken = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        Watch(OnRead, () => batches, new CommitPolling { Shortest = shortest, Longest = Hour, LongestWhenTold = Hour });

        signals.CancelRequested += _ => { };

        // Periods that only grow would take longer, on the fastest machine.
        Assert.True(await taken.Task.WaitAsync(QueueDirectory.Limit) < periodsAfter * periods * shortest);

        // On the thread of the watch, which listens already.
        void OnRead(int read)
        {
            if (read == readsUntilThen)
            {
                batches += isOwn ? 1 : 0;
                begun = Stopwatch.GetTimestamp();
                File.AppendAllText(LogPath, "a write");
            }
            else if (read == readsUntilThen + readsAfter)
            {
                taken.SetResult(Stopwatch.GetElapsedTime(begun));
            }
        }
    }

    [Fact]
    public async Task Wait_ThenNobodyWaitsWhileThisQueueWrites_Ends()
    {
        var batches = 0L;
        await using var queue = await directory.OpenAsync();
        Watch(_ => { }, () => ++batches, new CommitPolling());

        await signals.WaitForReadyAsync(signals.ReadyVersion, CancellationToken.None).WaitAsync(QueueDirectory.Limit);

        await closed.Task.WaitAsync(QueueDirectory.Limit);
    }

    private void Watch(Action<int> onRead, Func<long> ownBatches, CommitPolling polling)
    {
        var reads = 0;
        var file = new QueueFile(directory.FilePath, new SqliteQueueOptions());
        commits = new CommitWatch(
            signals, Open, () => onRead(++reads), _ => { }, ownBatches, new LogEvents(LogPath, isWanted: true, NullLogger.Instance), polling);

        SqliteConnection Open()
        {
            var connection = file.OpenReader();
            connection.StateChange += (_, change) =>
            {
                if (change.CurrentState == ConnectionState.Closed)
                {
                    closed.TrySetResult();
                }
            };
            return connection;
        }
    }
}
