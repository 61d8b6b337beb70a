using DurableQueue.Processes.Running;
using Xunit;

namespace DurableQueue.Processes.Tests;

public sealed class GivenUpTests : FolderTest
{
    [Fact]
    public void Mark_OfOneAttempt_DoesNotEndAnotherOfTheSameNumber()
    {
        var path = Files.GiveUp(Run.TaskId, Run.Attempt);
        Assert.False(GivenUp.Is(path, Run));

        GivenUp.Mark(Files, Run);

        Assert.True(GivenUp.Is(path, Run));
        Assert.False(GivenUp.Is(path, Run with { AttemptToken = 2 }));
        Assert.False(GivenUp.Is(path, Run with { EnqueuedAtMs = 3 }));

        // A retry in place has the same number, and a new token.
        GivenUp.Mark(Files, Run with { AttemptToken = 2 });
        Assert.False(GivenUp.Is(path, Run));
        Assert.True(GivenUp.Is(path, Run with { AttemptToken = 2 }));
    }
}
