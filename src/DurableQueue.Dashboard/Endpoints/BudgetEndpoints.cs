using System.Globalization;
using DurableQueue.Dashboard.Inputs;
using DurableQueue.Dashboard.Views;

namespace DurableQueue.Dashboard.Endpoints;

internal static class BudgetEndpoints
{
    public static readonly IReadOnlyList<ApiEndpoint> All =
    [
        ApiEndpoint.Get("budgets", DashboardPermission.View, ListAsync),
        ApiEndpoint.Post("budgets", DashboardPermission.Budgets, SetAsync),
        ApiEndpoint.Post("budgets/remove", DashboardPermission.Budgets, RemoveAsync),
        ApiEndpoint.Get("usage", DashboardPermission.View, UsageAsync),
    ];

    private static async Task ListAsync(ApiCall call) =>
        await call.AnswerAsync(await ReadAsync(call).ConfigureAwait(false), ViewJson.Default.BudgetListView).ConfigureAwait(false);

    private static async ValueTask<BudgetListView> ReadAsync(ApiCall call)
    {
        var set = await call.Queue.Budgets.ListAsync(call.Aborted).ConfigureAwait(false);
        var status = await call.Queue.Budgets.ListStatusAsync(cancellationToken: call.Aborted).ConfigureAwait(false);
        var ofTargets = set.Select(budget => budget.Target).ToHashSet();
        var counted = status.Select(budget => budget.Target).ToHashSet();
        return new BudgetListView(
        [
            .. set.Where(budget => !counted.Contains(budget.Target)).Select(BudgetView.Of),
            .. status.Select(budget => BudgetView.Of(budget, ofTargets.Contains(budget.Target))),
        ]);
    }

    private static async Task SetAsync(ApiCall call)
    {
        var input = await call.ReadAsync(InputJson.Default.BudgetInput).ConfigureAwait(false);
        var target = input.Target.ToTarget();
        await call.Queue.Budgets.SetAsync(target, input.ToPolicy(), call.Aborted).ConfigureAwait(false);
        call.MarkChanged(target.ToString());
        await ListAsync(call).ConfigureAwait(false);
    }

    private static async Task RemoveAsync(ApiCall call)
    {
        var target = (await call.ReadAsync(InputJson.Default.BudgetTargetInput).ConfigureAwait(false)).ToTarget();
        var removed = await call.Queue.Budgets.RemoveAsync(target, call.Aborted).ConfigureAwait(false);
        call.MarkChanged(target.ToString());
        await call.AnswerAsync(new RemovedView(removed), ViewJson.Default.RemovedView).ConfigureAwait(false);
    }

    private static async Task UsageAsync(ApiCall call)
    {
        var days = call.Number("days", 30, 1, 366);
        var zone = call.Query("timeZone") ?? "UTC";
        var query = new BudgetUsageQuery { From = call.Source.Time.GetUtcNow().AddDays(-days), TimeZone = zone };
        var usage = await call.Queue.Budgets.GetUsageAsync(query, call.Aborted).ConfigureAwait(false);
        await call.AnswerAsync(
            new UsageListView(
            [
                .. usage.Select(day => new UsageView(day.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), BudgetTargetView.Of(day.Target), day.Unit, day.Amount)),
            ]),
            ViewJson.Default.UsageListView).ConfigureAwait(false);
    }
}
