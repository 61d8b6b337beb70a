using DurableQueue.Groups;
using Xunit;

namespace DurableQueue.Tests.Groups;

public sealed class EnqueuedLimitTests
{
    [Theory]
    [InlineData(null, true, 0, null)]
    [InlineData(null, false, 5, null)]
    [InlineData(3, true, 0, 3)]
    [InlineData(3, false, 0, null)]
    [InlineData(3, false, 2, 3)]
    [InlineData(3, false, 3, null)]
    [InlineData(3, false, 4, null)]
    public void Of_AskedNewAndCurrent_SetsOrRaisesTheLimit(int? asked, bool isNew, int current, int? expected) =>
        Assert.Equal(expected, EnqueuedLimit.Of(asked, isNew, current));
}
