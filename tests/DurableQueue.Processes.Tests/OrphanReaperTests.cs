using DurableQueue.Processes.Linux;
using Xunit;

namespace DurableQueue.Processes.Tests;

/// <summary>Alone: it looks at all children of the process, and those of other tests are among them.</summary>
[CollectionDefinition(nameof(OrphanReaperTests), DisableParallelization = true)]
[Collection(nameof(OrphanReaperTests))]
public sealed class OrphanReaperTests
{
    [Fact]
    public async Task Look_EndedChildren_CollectsInTheSecondLookWhatHasASessionOfItsOwn()
    {
        using var exits = new ExitWatch(TimeProvider.System);
        using var reaper = new OrphanReaper(exits, TimeProvider.System);
        using var environment = new NativeStrings(["PATH=/usr/bin:/bin"]);
        var orphan = Spawn.Start(["/bin/true"], environment, null, []);
        var inOurSession = StartInOurSession();
        await CommandHost.UntilAsync(() => new ValueTask<bool>(HasEnded(orphan) && HasEnded(inOurSession)), "two ended children");

        reaper.Probe();
        Assert.True(HasEnded(orphan));

        reaper.Probe();
        Assert.Null(ProcessStat.Read(orphan));

        // The runtime starts its children in our session, and waits for them itself.
        Assert.True(HasEnded(inOurSession));
        Assert.Equal(inOurSession, Native.WaitPid(inOurSession, out var status, Native.WaitNoHang));
        Assert.Equal(0, status);
    }

    private static bool HasEnded(int pid) => ProcessStat.Read(pid) is { HasEnded: true };

    private static unsafe int StartInOurSession()
    {
        using var arguments = new NativeStrings(["/bin/true"]);
        using var environment = new NativeStrings(Array.Empty<string>());
        Assert.Equal(0, Native.Spawn(out var pid, arguments.List[0], null, null, arguments.List, environment.List));
        return pid;
    }
}
