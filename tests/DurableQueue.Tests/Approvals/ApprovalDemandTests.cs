using DurableQueue.Approvals;
using Xunit;

namespace DurableQueue.Tests.Approvals;

public sealed class ApprovalDemandTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void Of_NeitherOwnNorGates_NeedsNone() => Assert.Null(ApprovalDemand.Of(own: null, []));

    [Fact]
    public void Of_OwnOnly_AsksForItsTerms()
    {
        var own = new ApprovalTerms { Approvers = ["ann"], ExpiresAfter = Hour };

        var demand = ApprovalDemand.Of(own, []);

        Assert.Equal((own, own), (demand?.Terms, demand?.Own));
        Assert.Empty(demand!.Gates);
    }

    [Fact]
    public void Of_GatesOnly_NamesThemInOrderAndHasNoOwn()
    {
        var demand = ApprovalDemand.Of(own: null, [new ApprovalGate("b"), new ApprovalGate("a")]);

        Assert.Equal(["b", "a"], demand?.Gates);
        Assert.Null(demand?.Own);
    }

    [Theory]

    // own approvers, those of the gate: who may decide
    [InlineData(null, null, null)]
    [InlineData("ann,bob", null, "ann,bob")]
    [InlineData(null, "ann,bob", "ann,bob")]
    [InlineData("ann,bob", "bob,cid", "bob")]
    [InlineData("ann", "Ann", "")]
    public void Of_OwnAndGate_LetsThoseDecideWhomBothAllow(string? own, string? gate, string? expected)
    {
        var demand = ApprovalDemand.Of(new ApprovalTerms { Approvers = Names(own) }, [new ApprovalGate("g") { Approvers = Names(gate) }]);

        Assert.Equal(Names(expected), demand?.Terms.Approvers);
    }

    [Fact]
    public void Of_GatesWithoutACommonApprover_LetNobodyDecideWhateverOthersAllow()
    {
        ApprovalGate[] gates = [new("a") { Approvers = ["ann"] }, new("b") { Approvers = ["bob"] }, new("c"), new("d") { Approvers = ["ann", "bob"] }];

        Assert.Equal([], ApprovalDemand.Of(own: null, gates)?.Terms.Approvers);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(2, null, 2)]
    [InlineData(null, 3, 3)]
    [InlineData(2, 3, 2)]
    [InlineData(3, 2, 2)]
    public void Of_OwnAndGate_ExpiresWithTheFirst(int? own, int? gate, int? expected)
    {
        var demand = ApprovalDemand.Of(new ApprovalTerms { ExpiresAfter = own * Hour }, [new ApprovalGate("g") { ExpiresAfter = gate * Hour }]);

        Assert.Equal(expected * Hour, demand?.Terms.ExpiresAfter);
    }

    [Theory]

    // type, group, key and value of the gate: whether it is about a task of type deploy.web in group prod/eu with team=core
    [InlineData("deploy.web", null, null, null, true)]
    [InlineData("deploy", null, null, null, false)]
    [InlineData("deploy.*", null, null, null, true)]
    [InlineData("deploy.x*", null, null, null, false)]
    [InlineData("Deploy.*", null, null, null, false)]
    [InlineData("*", null, null, null, true)]
    [InlineData(null, "prod/eu", null, null, true)]
    [InlineData(null, "prod", null, null, false)]
    [InlineData(null, "prod/*", null, null, true)]
    [InlineData(null, null, "team", null, true)]
    [InlineData(null, null, "team", "core", true)]
    [InlineData(null, null, "team", "Core", false)]
    [InlineData(null, null, "user", null, false)]
    [InlineData("deploy.*", "prod/*", "team", "core", true)]
    [InlineData("other", "prod/*", "team", "core", false)]
    [InlineData("deploy.*", "other", "team", "core", false)]
    [InlineData("deploy.*", "prod/*", "team", "other", false)]
    public void Matches_Gate_NeedsAllThatItNames(string? type, string? group, string? key, string? value, bool expected)
    {
        var gate = new ApprovalGate("g") { Type = type, Group = group, MetadataKey = key, MetadataValue = value };

        Assert.Equal(expected, GateRules.Matches(gate, "deploy.web", "prod/eu", new Dictionary<string, string> { ["team"] = "core" }, command: null));
    }

    [Fact]
    public void AreSame_Gates_ComparesAllTheySay()
    {
        var gate = new ApprovalGate("g") { Type = "t", Approvers = ["a", "b"] };

        Assert.True(GateRules.AreSame(gate, new ApprovalGate("g") { Type = "t", Approvers = ["a", "b"] }));
        Assert.True(GateRules.AreSame(gate with { Approvers = null }, gate with { Approvers = null }));
        Assert.False(GateRules.AreSame(gate, gate with { Approvers = ["b", "a"] }));
        Assert.False(GateRules.AreSame(gate, gate with { Approvers = null }));
        Assert.False(GateRules.AreSame(gate with { Approvers = null }, gate));
        Assert.False(GateRules.AreSame(gate, gate with { Type = "u" }));
        Assert.False(GateRules.AreSame(gate, gate with { ExpiresAfter = Hour }));
    }

    private static string[]? Names(string? list) => list?.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
