using DurableQueue.Queueing;
using DurableQueue.Storage;
using Xunit;

namespace DurableQueue.Tests.Queueing;

public sealed class StoredJsonTests
{
    [Fact]
    public void Metadata_AnyText_ComesBack()
    {
        var metadata = new Dictionary<string, string>
        {
            ["tenant"] = "ACME",
            ["quotes"] = "\"'\\",
            ["lines"] = "one\ntwo\tthree",
            ["größer 🦊"] = "漢字",
            ["empty"] = "",
        };

        Assert.Equal(metadata, StoredJson.ReadMetadata(StoredJson.Write(metadata)));
    }

    [Fact]
    public void Metadata_NoneOrEmpty_IsNotStored()
    {
        Assert.Null(StoredJson.Write((IReadOnlyDictionary<string, string>?)null));
        Assert.Null(StoredJson.Write(new Dictionary<string, string>()));
        Assert.Empty(StoredJson.ReadMetadata(null));
    }

    [Fact]
    public void Metadata_KeysThatDifferInCase_StayApart()
    {
        var metadata = new Dictionary<string, string> { ["a"] = "1", ["A"] = "2" };
        Assert.Equal(metadata, StoredJson.ReadMetadata(StoredJson.Write(metadata)));
    }

    [Theory]
    [InlineData("""["\ud800"]""")]
    [InlineData("""["name", 1]""")]
    [InlineData("""{"name": 1}""")]
    public void Names_DamagedList_IsAnErrorOfTheRow(string json) =>
        Assert.True(UnreadableRow.Explains(Assert.ThrowsAny<Exception>(() => StoredJson.ReadNames(json))));

    public static TheoryData<RetryPolicy> Policies() =>
    [
        RetryPolicy.Default,
        RetryPolicy.Immediate,
        RetryPolicy.Fixed(TimeSpan.FromMilliseconds(1)),
        RetryPolicy.Exponential(TimeSpan.FromSeconds(3), 1.5, TimeSpan.FromHours(2), 0.1),
        new RetryPolicy { InitialDelay = TimeSpan.FromDays(365), MaxDelay = TimeSpan.FromDays(365), Factor = 100, Jitter = 1 },
    ];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Retry_AnyPolicy_ComesBack(RetryPolicy policy) => Assert.Equal(policy, StoredJson.ReadRetry(StoredJson.Write(policy)));

    [Fact]
    public void Retry_None_IsNotStored()
    {
        Assert.Null(StoredJson.Write((RetryPolicy?)null));
        Assert.Null(StoredJson.ReadRetry(null));
    }

    [Fact]
    public void Retry_Stored_IsReadableWithoutThisVersion() =>
        Assert.Equal("""{"initial_delay_ms":1000,"factor":2,"max_delay_ms":600000,"jitter":0.2}""", StoredJson.Write(RetryPolicy.Default));
}
