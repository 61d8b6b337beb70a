using DurableQueue.Sqlite;
using DurableQueue.Storage;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

public sealed class ProcessIdentityTests
{
    [Fact]
    public void IsGoneFromHere_ProcessOfAnotherContainer_IsNotKnown()
    {
        var here = ProcessIdentity.Current();
        Assert.True((here with { StartedAt = here.StartedAt - 1 }).IsGoneFromHere());
        if (OperatingSystem.IsLinux())
        {
            // Containers of one machine share its boot id, and may share a host name; their process ids say nothing here.
            Assert.EndsWith(new FileInfo("/proc/self/ns/pid").LinkTarget!, here.BootId, StringComparison.Ordinal);
        }
    }
}
