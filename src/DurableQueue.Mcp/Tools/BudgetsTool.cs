using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using DurableQueue.Mcp.Calls;
using DurableQueue.Mcp.Views;

namespace DurableQueue.Mcp.Tools;

/// <summary><c>queue_budgets</c>: caps, and how much of them is used.</summary>
internal sealed class BudgetsTool() : QueueTool<BudgetsTool.Input, BudgetsTool.Result>(
    new ToolText(
        "queue_budgets",
        "Show budgets",
        "Shows the budgets that are set (starts per time, costs per day or month) and how much of each group's, type's or metadata value's is used, until when it is used up, and how many tasks wait for it.",
        ToolEffect.Reads),
    ToolJson.Default.BudgetsToolInput,
    ToolJson.Default.BudgetsToolResult)
{
    private const int MostRead = 1_000;

    protected override async ValueTask<Result> RunAsync(Input input, ToolCall call, CancellationToken cancellationToken)
    {
        var set = await call.Queue.Budgets.ListAsync(cancellationToken).ConfigureAwait(false);
        var found = await call.Queue.Budgets.ListStatusAsync(input.UsedUpOnly ?? false, MostRead, cancellationToken).ConfigureAwait(false);
        BudgetView[] views = [.. found.Select(BudgetView.Of)];
        var shown = Fitting.First(views, input.MaxCharacters ?? call.Host.Options.DefaultCharacters, ToolJson.Default.BudgetView);
        return new Result { Set = [.. set.Take(MostRead).Select(budget => budget.Target.ToString())], Budgets = shown, NotShown = views.Length - shown.Count };
    }

    internal sealed record Input
    {
        [Description("Only budgets that are used up now.")]
        public bool? UsedUpOnly { get; init; }

        [Description(Descriptions.MaxCharacters)]
        [Range(200, 100_000)]
        public int? MaxCharacters { get; init; }
    }

    internal sealed record Result
    {
        [Description("What budgets are set for.")]
        public required IReadOnlyList<string> Set { get; init; }

        [Description("Budgets that have counted a start or a cost.")]
        public required IReadOnlyList<BudgetView> Budgets { get; init; }

        [Description("How many more there are; ask for more characters to see them.")]
        public required int NotShown { get; init; }
    }
}
