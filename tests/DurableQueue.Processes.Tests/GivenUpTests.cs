using DurableQueue.Processes.Running;
using Xunit;

namespace DurableQueue.Processes.Tests;

public sealed class GivenUpTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durablequeue-giveup-");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public void Mark_OfOneAttempt_DoesNotEndAnotherOfTheSameNumber()
    {
        var files = new CommandFiles(Path.Combine(directory.FullName, "queue.db"));
        File.WriteAllText(files.QueuePath, "");
        var run = new RunHeader(new TaskId(1), EnqueuedAtMs: 2, Attempt: 1, AttemptToken: 1, StartedAtMs: 5, KillGraceMs: 6, TellsSignals: true, "boot");
        var path = files.GiveUp(run.TaskId, run.Attempt);
        Assert.False(GivenUp.Is(path, run));

        GivenUp.Mark(files, run);

        Assert.True(GivenUp.Is(path, run));
        Assert.False(GivenUp.Is(path, run with { AttemptToken = 2 }));
        Assert.False(GivenUp.Is(path, run with { EnqueuedAtMs = 3 }));

        // A retry in place has the same number, and a new token.
        GivenUp.Mark(files, run with { AttemptToken = 2 });
        Assert.False(GivenUp.Is(path, run));
        Assert.True(GivenUp.Is(path, run with { AttemptToken = 2 }));
    }
}
