using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Budgets;

/// <summary>Reports what a command has cost so far, from inside the command.</summary>
internal static class BudgetChargeCommand
{
    public static Command Create()
    {
        var amount = new Argument<string>("amount") { Description = "What was spent: 0.05usd; without a unit, usd.", HelpName = "AMOUNT[UNIT]" };
        var key = Values.Text("--key", "A charge with a key that the attempt has used already is not charged again. Default: each call counts.", "KEY");
        var tags = Values.MetadataEntries("Stored with the charge, such as model=large. Repeatable.");
        return new Command("charge", "Inside a command: charge a cost of this attempt to the budgets of its task.")
            .With(amount, key, tags)
            .WithAction(async invocation =>
            {
                var cost = BudgetCaps.ReadAmount(invocation.Get(amount)!);
                var entries = Values.ReadMetadataEntries(invocation.Get(tags));
                var (queue, run) = await invocation.OpenRunAsync();
                var name = invocation.Get(key) ?? $"{Guid.NewGuid():N}";
                var lease = await run.GetLeaseAsync(queue, invocation.Token);
                var counted = await queue.Budgets.ChargeAsync(lease, cost, name, entries, invocation.Token) != ChargeResult.Repeated;
                Report(invocation, run.TaskId, cost, name, counted);
                return ExitCode.Done;
            });
    }

    private static void Report(DqInvocation invocation, TaskId id, Cost cost, string key, bool counted)
    {
        var text = BudgetCaps.Amount(cost.Amount, cost.Unit);
        invocation.Output.Say(counted ? $"Task {id} was charged {text}." : $"Task {id} was charged with the key {key} before: {text} was not charged again.");
        if (invocation.Json)
        {
            invocation.Output.WriteJson(json =>
            {
                json.WriteNumber("id", id.Value);
                json.WriteNumber("amount", cost.Amount);
                json.WriteString("unit", cost.Unit);
                json.WriteString("key", key);
                json.WriteBoolean("charged", counted);
            });
        }
    }
}
