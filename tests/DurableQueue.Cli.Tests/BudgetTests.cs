using Xunit;

namespace DurableQueue.Cli.Tests;

public sealed class BudgetTests : DqTest
{
    [Fact]
    public async Task Budget_SetListStatusRemove_DoWhatTheySay()
    {
        await JsonAsync("actions", "budget", "set", "-g", "mail", "--rate", "1/1h", "--json");
        await Box.DoAsync("budget", "set", "--meta", "tenant=acme", "--cost", "2.5eur/month", "--timezone", "Europe/Berlin", "--estimate", "0.1", "--fail");
        await Box.DoAsync("budget", "set", "--every-type", "--cost", "10/24h");

        var budgets = (await JsonAsync("budgets", "budget", "--json")).GetProperty("budgets").EnumerateArray().ToDictionary(budget => budget.GetProperty("budget").GetString()!);
        Assert.Equal((1, 3600), (budgets["group mail"].GetProperty("rate").GetProperty("starts").GetInt32(), budgets["group mail"].GetProperty("rate").GetProperty("window_seconds").GetInt32()));
        var cost = budgets["tenant=acme"].GetProperty("cost");
        Assert.Equal((2.5m, "eur", "Month", "Europe/Berlin", 0.1m), (
            cost.GetProperty("amount").GetDecimal(), cost.GetProperty("unit").GetString(), cost.GetProperty("period").GetString(),
            cost.GetProperty("timezone").GetString(), cost.GetProperty("estimate").GetDecimal()));
        Assert.Equal("Fail", budgets["tenant=acme"].GetProperty("when_used_up").GetString());
        Assert.Equal(("Rolling", "usd"), (budgets["every type"].GetProperty("cost").GetProperty("period").GetString(), budgets["every type"].GetProperty("cost").GetProperty("unit").GetString()));
        Assert.Contains("1/1h", (await Box.DoAsync("budget", "list")).Out, StringComparison.Ordinal);

        await using (var queue = await Box.OpenAsync())
        {
            await queue.EnqueueAsync(new NewTask("send", default) { Group = "mail" });
            var task = (await queue.CheckoutAsync(new CheckoutRequest { Worker = "test" }))!;
            await queue.Budgets.ChargeAsync(task.Lease, new Cost(0.042m), "call");
        }

        var status = (await JsonAsync("budget-status", "budget", "status", "-g", "mail", "--json")).GetProperty("budgets")[0];
        Assert.Equal((true, 1), (status.GetProperty("used_up").GetBoolean(), status.GetProperty("starts").GetProperty("used").GetInt32()));
        Assert.Contains("used up", (await Box.DoAsync("budget", "status", "--used-up")).Out, StringComparison.Ordinal);
        var usage = (await JsonAsync("budget-usage", "budget", "usage", "--type", "send", "--json")).GetProperty("usage")[0];
        Assert.Equal((0.042m, "usd"), (usage.GetProperty("amount").GetDecimal(), usage.GetProperty("unit").GetString()));

        await Box.DoAsync("budget", "remove", "-g", "mail");
        Assert.Equal(2, (await Box.RunAsync("budget", "remove", "-g", "mail")).ExitCode);
    }

    [Theory]
    [InlineData("budget", "set", "--rate", "1/1m")]
    [InlineData("budget", "set", "-g", "a")]
    [InlineData("budget", "set", "-g", "a", "--type", "b", "--rate", "1/1m")]
    [InlineData("budget", "set", "-g", "a", "--rate", "fast")]
    [InlineData("budget", "set", "-g", "a", "--cost", "much/day")]
    [InlineData("budget", "set", "-g", "a", "--cost", "5usd/year")]
    [InlineData("budget", "set", "-g", "a", "--cost", "5usd/24h", "--timezone", "Europe/Berlin")]
    [InlineData("budget", "set", "-g", "a", "--unlimited", "--rate", "1/1m")]
    public async Task Set_ThatCannotBeRead_IsBadInput(params string[] arguments) => Assert.Equal(1, (await Box.RunAsync(arguments)).ExitCode);
}
