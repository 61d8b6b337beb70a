using System.Text.RegularExpressions;
using Xunit;

namespace DurableQueue.Tests.Routing;

public sealed class RuleBasedRouterTests
{
    /// <summary>The limit of a match is real time, which a busy machine may take for itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly RuleBasedRouter Router = new(
    [
        new RoutingRule("by.value") { MetadataKey = "lang", MetadataValue = "cs" },
        new RoutingRule("by.key") { MetadataKey = "lang" },
        new RoutingRule("both") { MetadataKey = "team", Pattern = "^fix" },
        new RoutingRule("by.text") { Pattern = @"\bdeploy\b", Reason = "asks for a deployment" },
        new RoutingRule("rest"),
    ],
    Patience);

    [Theory]
    [InlineData("x", "lang", "cs", "by.value", "Rule: metadata 'lang' is 'cs'.")]
    [InlineData("x", "lang", "CS", "by.key", "Rule: metadata 'lang' exists.")]
    [InlineData("deploy", "lang", "go", "by.key", "Rule: metadata 'lang' exists.")]
    [InlineData("Fix it", "team", "web", "both", "Rule: metadata 'team' exists and the description matches '^fix'.")]
    [InlineData("fix it", "squad", "web", "rest", "No other rule matches.")]
    [InlineData("Please DEPLOY the shop", "team", "web", "by.text", "asks for a deployment")]
    [InlineData("deployment", "a", "b", "rest", "No other rule matches.")]
    public async Task Route_Rules_FirstThatMatchesDecides(string description, string key, string value, string type, string reason) =>
        Assert.Equal(new RouteDecision(type, reason), await RouteAsync(Router, description, (key, value)));

    [Theory]
    [InlineData("b")]
    [InlineData("^$")]
    public async Task Route_NoRuleMatches_IsNone(string pattern)
    {
        Assert.Null(await RouteAsync(new RuleBasedRouter([new RoutingRule("a") { Pattern = pattern }], Patience), "c"));
        Assert.Null(await RouteAsync(new RuleBasedRouter([]), "c"));
    }

    [Fact]
    public async Task Route_PatternThatRunsAway_IsStopped()
    {
        var router = new RuleBasedRouter([new RoutingRule("a") { Pattern = "^(a+)+$" }], TimeSpan.FromMilliseconds(20));

        var error = await Assert.ThrowsAsync<RegexMatchTimeoutException>(() => RouteAsync(router, new string('a', 40) + "!"));

        Assert.Equal(TimeSpan.FromMilliseconds(20), error.MatchTimeout);
    }

    [Fact]
    public async Task Route_WithoutTimeLimit_HasTheDefault()
    {
        var router = new RuleBasedRouter([new RoutingRule("a") { Pattern = "^(a+)+$" }]);

        var error = await Assert.ThrowsAsync<RegexMatchTimeoutException>(() => RouteAsync(router, new string('a', 40) + "!"));

        Assert.Equal(TimeSpan.FromMilliseconds(250), error.MatchTimeout);
    }

    [Fact]
    public async Task Route_CancelledMeanwhile_Stops() =>
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await Router.RouteAsync(Request("x"), new CancellationToken(canceled: true)));

    [Fact]
    public void Create_RuleThatCannotBe_NamesWhatIsWrong()
    {
        Assert.ThrowsAny<ArgumentException>(() => new RuleBasedRouter([new RoutingRule("a") { Pattern = "(" }]));
        Assert.Equal("rules", Assert.Throws<ArgumentNullException>(() => new RuleBasedRouter([null!])).ParamName);
        Assert.Equal("rules", Assert.Throws<ArgumentNullException>(() => new RuleBasedRouter(null!)).ParamName);
        var error = Assert.Throws<ArgumentException>(() => new RuleBasedRouter([new RoutingRule("b.c") { MetadataValue = "v" }]));
        Assert.Equal("rules", error.ParamName);
        Assert.Contains("'b.c' has a MetadataValue but no MetadataKey", error.Message, StringComparison.Ordinal);
    }

    private static async Task<RouteDecision?> RouteAsync(RuleBasedRouter router, string description, params (string Key, string Value)[] metadata) =>
        await router.RouteAsync(Request(description, metadata), CancellationToken.None);

    private static RoutingRequest Request(string description, params (string Key, string Value)[] metadata) => new()
    {
        TaskId = new TaskId(1),
        Description = description,
        Payload = default,
        Group = NewTask.DefaultGroup,
        Metadata = metadata.ToDictionary(entry => entry.Key, entry => entry.Value),
        Candidates = [],
    };
}
