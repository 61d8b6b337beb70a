using DurableQueue.Storage;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Fires schedules, ends delays, takes back leases, lets requests for approvals expire and opens budgets, without checking anything out.</summary>
internal sealed class Sweep : WriteOperation<SweepResult>
{
    protected override SweepResult Execute(WriteContext context)
    {
        var mayFireMore = FireSchedules.Run(context);
        var promoted = PromoteDue.Run(context);
        var expired = ExpireApprovals.Run(context);
        var reaped = ReapExpired.Run(context);
        var mayReopenMore = context.Budgets.Reopening.Run();
        return new SweepResult(
            reaped.Reaped,
            mayFireMore || mayReopenMore || reaped.MayBeMore || promoted >= PromoteDue.Most || expired >= ExpireApprovals.Most);
    }
}
