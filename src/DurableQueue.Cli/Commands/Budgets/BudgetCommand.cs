using System.CommandLine;
using System.Globalization;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Budgets;

internal static class BudgetCommand
{
    public static Command Create() => new Command("budget", "Manage budgets: list (default), set, remove, status, usage; 'charge' reports a cost from inside a command.")
        .With(List(), Set(), Remove(), Status(), Usage(), BudgetChargeCommand.Create())
        .WithAction(ListAsync);

    private static Command List() => new Command("list", "Show all budgets.").WithAction(ListAsync);

    private static Command Set()
    {
        var target = new BudgetTargetOptions();
        var rate = Values.Form<RateCap>("--rate", "At most N starts within this time.", "N/TIME", BudgetCaps.ReadRate);
        var cost = Values.Form("--cost", "At most this amount per day, per month or within this time.", "AMOUNT[UNIT]/day|month|TIME", BudgetCaps.ReadCost);
        var timeZone = Values.Text("--timezone", "The time zone of days and months, an IANA name. Default: UTC.", "ZONE");
        var estimate = new Option<decimal?>("--estimate") { Description = "The expected cost of a task that does not state one; reserved while it runs. Default: 0.", HelpName = "AMOUNT" };
        var fail = Values.Flag("--fail", "Fail tasks when the budget is used up. Default: they wait.");
        var unlimited = Values.Flag("--unlimited", "No cap, not even the default for every group or type.");
        return new Command("set", "Set a budget; replaces an existing one.")
            .With([.. target.Symbols, rate, cost, timeZone, estimate, fail, unlimited])
            .WithAction(invocation =>
            {
                var (starts, amount, zone) = (invocation.Get(rate), invocation.Get(cost), invocation.Get(timeZone));
                if (invocation.Get(unlimited) == (starts is not null || amount is not null))
                {
                    throw CliException.BadInput("Give --rate, --cost or both; or --unlimited alone.");
                }

                if (amount is null or { IsRolling: true } && zone is not null)
                {
                    throw CliException.BadInput("--timezone needs a --cost per day or month.");
                }

                if (amount is null && invocation.Get(estimate) is not null)
                {
                    throw CliException.BadInput("--estimate needs a --cost.");
                }

                return DoAsync(invocation, target, async (queue, whose) =>
                {
                    var policy = new BudgetPolicy
                    {
                        Rate = starts,
                        Cost = amount is null ? null : amount.ToCap(zone ?? "UTC") with { Estimate = invocation.Get(estimate) ?? 0 },
                        WhenUsedUp = invocation.Get(fail) ? BudgetAction.Fail : BudgetAction.Wait,
                    };
                    await queue.Budgets.SetAsync(whose, policy, invocation.Token);
                    return $"set to {Describe(policy)}";
                });
            });
    }

    private static Command Remove()
    {
        var target = new BudgetTargetOptions();
        return new Command("remove", "Remove a budget; the default for every group or type applies again, if there is one.")
            .With(target.Symbols)
            .WithAction(invocation => DoAsync(invocation, target, async (queue, whose) =>
                await queue.Budgets.RemoveAsync(whose, invocation.Token) ? "removed" : throw CliException.WrongState($"There is no budget for {whose}.")));
    }

    private static Command Status()
    {
        var target = new BudgetTargetOptions();
        var usedUp = Values.Flag("--used-up", "Only budgets that are used up now.");
        var limit = new Option<int>("--limit", "-n") { Description = "Show at most N. Default: 1000.", HelpName = "N", DefaultValueFactory = _ => 1_000 };
        return new Command("status", "Show how much of each budget is used and when it resets.")
            .With([.. target.Symbols, usedUp, limit])
            .WithAction(async invocation =>
            {
                var budgets = (await invocation.OpenAsync()).Budgets;
                var found = target.Read(invocation) is { } whose
                    ? [await budgets.GetAsync(whose, invocation.Token)]
                    : await budgets.ListStatusAsync(invocation.Get(usedUp), invocation.Get(limit), invocation.Token);
                if (invocation.Json)
                {
                    invocation.Output.WriteJson(json => TaskJson.WriteAll(json, "budgets", found, BudgetJson.WriteStatus));
                    return ExitCode.Done;
                }

                var now = invocation.Time.GetUtcNow();
                var table = new TextTable("BUDGET", "STARTS", "COSTS", "RESERVED", "STATE", "RETRY AT", "RESETS AT", "PARKED");
                foreach (var status in found)
                {
                    table.Add(
                        ($"{status.Target}", Style.Plain),
                        (Used(status.Rate), Style.Plain),
                        (Used(status.Cost), Style.Plain),
                        (status.Cost is { Reserved: > 0 } cost ? BudgetCaps.Amount(cost.Reserved, cost.Unit) : "", Style.Plain),
                        State(status),
                        (TaskText.Time(status.RetryAt, now), Style.Plain),
                        (TaskText.Time(status.Cost?.ResetsAt ?? status.Rate?.ResetsAt, now), Style.Plain),
                        (status.Parked == 0 ? "" : $"{status.Parked}", Style.Plain));
                }

                invocation.Output.Write(table);
                return ExitCode.Done;
            });
    }

    private static Command Usage()
    {
        var target = new BudgetTargetOptions();
        var from = Values.Time("--from", "Costs reported at this time or later. Default: from the beginning.");
        var until = Values.Time("--until", "Costs reported before this time. Default: until now.");
        var unit = Values.Text("--unit", "Only costs in this unit.", "UNIT");
        var timeZone = Values.Text("--timezone", "The time zone of days, an IANA name. Default: UTC.", "ZONE");
        return new Command("usage", "Show the costs of tasks per day. Each cost counts for its group, its type and its metadata.")
            .With([.. target.Symbols, from, until, unit, timeZone])
            .WithAction(async invocation =>
            {
                var query = new BudgetUsageQuery
                {
                    Target = target.Read(invocation),
                    From = invocation.Get(from),
                    To = invocation.Get(until),
                    Unit = invocation.Get(unit),
                    TimeZone = invocation.Get(timeZone) ?? "UTC",
                };
                var usage = await (await invocation.OpenAsync()).Budgets.GetUsageAsync(query, invocation.Token);
                if (invocation.Json)
                {
                    invocation.Output.WriteJson(json => TaskJson.WriteAll(json, "usage", usage, BudgetJson.WriteUsage));
                    return ExitCode.Done;
                }

                var table = new TextTable("DAY", "BUDGET", "COST");
                foreach (var sum in usage)
                {
                    table.Add(
                        (sum.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Style.Plain),
                        ($"{sum.Target}", Style.Plain),
                        (BudgetCaps.Amount(sum.Amount, sum.Unit), Style.Plain));
                }

                invocation.Output.Write(table);
                return ExitCode.Done;
            });
    }

    private static Task<int> DoAsync(DqInvocation invocation, BudgetTargetOptions target, Func<ITaskQueue, BudgetTarget, Task<string>> action)
    {
        var whose = target.Require(invocation);
        return ActionReport.RunAsync(invocation, "budget", $"{whose}", (queue, _) => action(queue, whose));
    }

    private static async Task<int> ListAsync(DqInvocation invocation)
    {
        var budgets = await (await invocation.OpenAsync()).Budgets.ListAsync(invocation.Token);
        if (invocation.Json)
        {
            invocation.Output.WriteJson(json => TaskJson.WriteAll(json, "budgets", budgets, BudgetJson.Write));
            return ExitCode.Done;
        }

        var table = new TextTable("BUDGET", "RATE", "COST", "ESTIMATE", "WHEN USED UP");
        foreach (var (target, policy) in budgets)
        {
            table.Add(
                ($"{target}", Style.Plain),
                (BudgetCaps.Describe(policy.Rate), Style.Plain),
                (BudgetCaps.Describe(policy.Cost), Style.Plain),
                (policy.Cost is { Estimate: > 0 } cost ? BudgetCaps.Amount(cost.Estimate, cost.Unit) : "", Style.Plain),
                ($"{policy.WhenUsedUp}".ToLowerInvariant(), Style.Plain));
        }

        invocation.Output.Write(table);
        return ExitCode.Done;
    }

    private static string Describe(BudgetPolicy policy)
    {
        string[] caps = [BudgetCaps.Describe(policy.Rate), BudgetCaps.Describe(policy.Cost)];
        var text = string.Join(" and ", caps.Where(cap => cap.Length > 0));
        return text.Length == 0 ? "no limit" : policy.WhenUsedUp == BudgetAction.Fail ? $"{text}, then tasks fail" : text;
    }

    private static string Used(BudgetMeter? meter) =>
        meter is null ? "" : $"{BudgetCaps.Amount(meter.Used, null)}/{BudgetCaps.Amount(meter.Cap, meter.Unit)}";

    private static (string Text, Style Style) State(BudgetStatus status) => status switch
    {
        { IsUsedUp: true } => ("used up", Style.Red),
        { Rate.IsWarning: true } or { Cost.IsWarning: true } => ("warning", Style.Yellow),
        { Rate: null, Cost: null } => ("no cap", Style.Plain),
        _ => ("fine", Style.Plain),
    };
}
