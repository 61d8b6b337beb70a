using Xunit;

namespace DurableQueue.Tests.Budgets;

/// <summary>The text is stored as the error of the task: every later version, and programs in other languages, must be able to read it.</summary>
public sealed class BudgetRefusalTests
{
    private const string Starts = """{"code":429,"budget":"group mail","cap":3,"spent":3,"resetsAt":"2026-03-05T12:00:00+00:00"}""";
    private const string Money =
        """{"code":429,"budget":"tenant=acme","unit":"eur","cap":1.5,"spent":1.500000001,"resetsAt":"2026-03-06T00:00:00+00:00"}""";

    private static readonly BudgetRefusal OfStarts = new()
    {
        Budget = "group mail",
        Cap = 3,
        Spent = 3,
        ResetsAt = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero),
    };

    private static readonly BudgetRefusal OfMoney = new()
    {
        Budget = "tenant=acme",
        Unit = "eur",
        Cap = 1.5m,
        Spent = 1.500000001m,
        ResetsAt = new(2026, 3, 6, 0, 0, 0, TimeSpan.Zero),
    };

    [Fact]
    public void ToJson_Refusal_IsTheStoredFormat()
    {
        Assert.Equal(Starts, OfStarts.ToJson());
        Assert.Equal(Money, OfMoney.ToJson());
    }

    [Fact]
    public void TryParse_StoredFormat_GivesTheRefusal()
    {
        Assert.Equal((true, OfStarts), (BudgetRefusal.TryParse(Starts, out var starts), starts));
        Assert.Equal((true, OfMoney), (BudgetRefusal.TryParse(Money, out var money), money));
    }

    [Fact]
    public void TryParse_MembersOfALaterVersion_AreIgnored() =>
        Assert.Equal((true, OfStarts), (BudgetRefusal.TryParse(Starts.Replace("\"cap\"", "\"later\":1,\"cap\"", StringComparison.Ordinal), out var read), read));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("The server answered 429.")]
    [InlineData("null")]
    [InlineData("""{"code":429}""")]
    [InlineData("""{"code":500,"budget":"group mail","cap":3,"spent":3,"resetsAt":"2026-03-05T12:00:00+00:00"}""")]
    [InlineData("""{"budget":"group mail","cap":3,"spent":3,"resetsAt":"2026-03-05T12:00:00+00:00"}""")]
    [InlineData("""Error: {"code":429,"budget":"group mail","cap":3,"spent":3,"resetsAt":"2026-03-05T12:00:00+00:00"}""")]

    // The answer of a web service may begin alike.
    [InlineData("""{"code":429,"message":"Too many requests"}""")]
    [InlineData("""{"code":429,"budget":""")]
    [InlineData("""{"code":429,"budget":7,"cap":3,"spent":3,"resetsAt":"2026-03-05T12:00:00+00:00"}""")]
    [InlineData("""{"code":429,"budget":"group mail","cap":"3 of 5","spent":3,"resetsAt":"soon"}""")]
    public void TryParse_AnotherError_SaysNo(string? error) =>
        Assert.Equal((false, null), (BudgetRefusal.TryParse(error, out var refusal), refusal));
}
