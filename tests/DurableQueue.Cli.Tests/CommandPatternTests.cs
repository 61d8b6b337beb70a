using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>Gates and budgets for commands by their text.</summary>
public sealed class CommandPatternTests : DqTest
{
    [Fact]
    public async Task Gate_Command_HoldsWhatIsAddedAndEditedAndIsListed()
    {
        await JsonAsync("actions", "gate", "set", "push", "--command", "git push*", "--approver", "ann", "--json");
        var gate = (await JsonAsync("gates", "gate", "list", "--json")).GetProperty("gates")[0];
        Assert.Equal("git push*", gate.GetProperty("command").GetString());
        Assert.Contains("git push*", (await Box.DoAsync("gate")).Out, StringComparison.Ordinal);

        var line = await Box.AddAsync("git push origin main");
        var words = await Box.AddAsync("--", "git", "push");
        var other = await Box.AddAsync("git pull");
        var service = await Box.AddAsync("--type", "t", "--payload", """{"commandLine":"git push"}""");

        Assert.Equal(["Approval", "Approval", null, null], await HoldsAsync(line, words, other, service));
        await Box.DoAsync("edit", $"{other}", "-c", "git push --force");
        Assert.Equal(["Approval"], await HoldsAsync(other));
        Assert.Contains("git push --force", (await Box.DoAsync("approvals")).Out, StringComparison.Ordinal);
        await Box.DoAsync("approve", $"{line}", "--by", "ann");
        Assert.Equal(new string?[] { null }, await HoldsAsync(line));
    }

    [Fact]
    public async Task Budget_Command_LetsOneStartAndParksTheNext()
    {
        await JsonAsync("actions", "budget", "set", "--command", "*claude -p*", "--rate", "1/1h", "--json");
        var budget = (await JsonAsync("budgets", "budget", "--json")).GetProperty("budgets")[0];
        Assert.Equal(("command *claude -p*", "Command", "*claude -p*"), (budget.GetProperty("budget").GetString(), budget.GetProperty("scope").GetString(), budget.GetProperty("name").GetString()));

        await Box.StartWorkerAsync();
        var first = await Box.AddAsync("echo claude -p one; dq budget charge 0.5usd");
        await Box.RunAsync("wait", $"{first}");
        var second = await Box.AddAsync("echo claude -p two");
        var third = await Box.AddAsync("echo three");
        await Box.RunAsync("wait", $"{third}");

        Assert.Equal(["Budget"], await HoldsAsync(second));
        Assert.Equal("Done", (await Box.TaskAsync(third)).GetProperty("state").GetString());
        var status = (await JsonAsync("budget-status", "budget", "status", "--command", "*claude -p*", "--json")).GetProperty("budgets")[0];
        Assert.Equal((true, 1), (status.GetProperty("used_up").GetBoolean(), status.GetProperty("parked").GetInt32()));
        Assert.Equal(0.5m, (await JsonAsync("budget-usage", "budget", "usage", "--command", "*claude -p*", "--json")).GetProperty("usage")[0].GetProperty("amount").GetDecimal());
        await Box.DoAsync("budget", "remove", "--command", "*claude -p*");
        await Box.RunAsync("wait", $"{second}");
        Assert.Equal("Done", (await Box.TaskAsync(second)).GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("gate", "set", "g", "--command", "*")]
    [InlineData("gate", "set", "g", "--command", "")]
    [InlineData("budget", "set", "--command", "**", "--rate", "1/1h")]
    [InlineData("budget", "set", "--command", "a*", "--type", "t", "--rate", "1/1h")]
    public async Task Set_PatternThatIsNone_IsBadInput(params string[] arguments) => Assert.Equal(1, (await Box.RunAsync(arguments)).ExitCode);

    private async Task<List<string?>> HoldsAsync(params long[] ids)
    {
        var holds = new List<string?>();
        foreach (var id in ids)
        {
            holds.Add((await Box.TaskAsync(id)).GetProperty("holds").EnumerateArray().Select(hold => hold.GetString()).SingleOrDefault());
        }

        return holds;
    }
}
