using DurableQueue.Sqlite;
using DurableQueue.Tests.Worker;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>Writes to a file, as the kernel tells of them. It need not be the log of a queue.</summary>
public sealed class LogEventsTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-");
    private readonly CollectedLogs logs = new();
    private readonly LogEvents events;

    public LogEventsTests()
    {
        File.WriteAllText(LogPath, "a log");
        events = new LogEvents(LogPath, isWanted: true, logs);
    }

    private string LogPath => Path.Combine(directory.FullName, "queue.db-wal");

    public void Dispose()
    {
        events.Dispose();
        logs.Dispose();
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Wait_FileIsWrittenMeanwhile_Ends()
    {
        events.Arm();
        var waiting = Task.Run(() => events.Wait(Hour));

        File.AppendAllText(LogPath, "a commit");

        Assert.True(await waiting.WaitAsync(QueueDirectory.Limit));
    }

    [Fact]
    public async Task Wait_FileIsTruncated_Ends()
    {
        events.Arm();

        using (var log = File.OpenWrite(LogPath))
        {
            log.SetLength(0);
        }

        Assert.True(await WaitAsync(Hour));
    }

    [Fact]
    public async Task Wait_WrittenBeforeArming_IsForgotten()
    {
        events.Arm();
        File.AppendAllText(LogPath, "a commit");
        Assert.True(await WaitAsync(Hour));

        events.Arm();

        Assert.False(await WaitAsync(TimeSpan.Zero));
    }

    [Fact]
    public async Task Wait_FileWasReplaced_HearsTheNewOneOnceArmed()
    {
        events.Arm();
        File.Delete(LogPath);
        File.WriteAllText(LogPath, "a new log");
        events.Arm();

        File.AppendAllText(LogPath, "a commit");

        Assert.True(await WaitAsync(Hour));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_DuringAWait_EndsItAndAllLaterOnes(bool isWanted)
    {
        using var stopped = new LogEvents(LogPath, isWanted, logs);
        stopped.Arm();
        var waiting = Task.Run(() => stopped.Wait(Hour));

        stopped.Stop();

        Assert.False(await waiting.WaitAsync(QueueDirectory.Limit));
        Assert.True(await Task.Run(() => stopped.Pause(Hour)).WaitAsync(QueueDirectory.Limit));
        Assert.True(stopped.IsStopped);
    }

    [Fact]
    public async Task Stop_BeforeTheFirstArm_EndsTheWait()
    {
        events.Stop();
        events.Arm();

        Assert.False(await WaitAsync(Hour));
    }

    [Fact]
    public async Task Arm_FileIsMissing_IsLoggedOnceAndHeardOfWhenItIsBack()
    {
        File.Delete(LogPath);
        events.Arm();
        events.Arm();
        Assert.False(await WaitAsync(TimeSpan.Zero));
        Assert.Equal(108, Assert.Single(logs.Lines).Event);

        File.WriteAllText(LogPath, "a new log");
        events.Arm();
        File.AppendAllText(LogPath, "a commit");

        Assert.True(await WaitAsync(Hour));
    }

    private Task<bool> WaitAsync(TimeSpan most) => Task.Run(() => events.Wait(most)).WaitAsync(QueueDirectory.Limit);
}
