using DurableQueue.Processes.Running;
using Xunit;

namespace DurableQueue.Processes.Tests;

public sealed class EarlierRunsTests : FolderTest
{
    private static readonly LeasedTask Task = new()
    {
        Id = Run.TaskId,
        Type = CommandTask.TypeName,
        Payload = default,
        Group = "default",
        Attempt = 1,
        MaxAttempts = 1,
        Lease = new Lease(Run.TaskId, 1, DateTimeOffset.UnixEpoch),
        LeaseDuration = TimeSpan.FromMinutes(1),
        Metadata = new Dictionary<string, string>(),
        EnqueuedAt = DateTimeOffset.FromUnixTimeMilliseconds(Run.EnqueuedAtMs),
        AttemptToken = 1,
    };

    private EarlierRuns Runs => new(Files, TimeProvider.System);

    [Fact]
    public void Find_FirstRunOfATask_ForgetsTheRecordOfADeletedQueue()
    {
        WriteRecord(Run, "exit 0\n");

        Assert.Empty(Runs.Find(Task));
        Assert.False(File.Exists(Files.Run(Run.TaskId, 1)));
    }

    [Fact]
    public void Find_TakenOver_GivesTheRecordOfThisAttemptAlsoWhenItHasEnded()
    {
        WriteRecord(Run, "exit 4\n");

        Assert.Equal(4, Assert.Single(Runs.Find(Task with { TakenOver = true })).ExitStatus);
    }

    [Fact]
    public void Find_RecordsThatDoNotCount_AreLeftOut()
    {
        WriteRecord(Run with { EnqueuedAtMs = 3, AttemptToken = 2 });
        Assert.Empty(Runs.Find(Task with { AttemptToken = 2 }));

        // An earlier attempt whose command has ended.
        WriteRecord(Run, "exit 0\n");
        Assert.Empty(Runs.Find(Task with { AttemptToken = 2 }));
    }

    [Fact]
    public async Task MakeRoom_RecordOfAnEarlierRun_IsDeleted()
    {
        WriteRecord(Run, "exit 0\n");

        await Runs.MakeRoomAsync(Task with { AttemptToken = 2 });

        Assert.False(File.Exists(Files.Run(Run.TaskId, 1)));
    }
}
