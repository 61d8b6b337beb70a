using Xunit;

namespace DurableQueue.Tests.Processes;

/// <summary>Disposal on a pool that has no other thread.</summary>
public sealed class ClosingTests : ProcessTest
{
    [Fact]
    public async Task Dispose_EveryThreadOfThePoolInIt_Ends()
    {
        var child = Start("close");

        await child.WaitForLinesAsync("closed", 8);

        Assert.Equal(0, await child.ExitAsync());
    }
}
