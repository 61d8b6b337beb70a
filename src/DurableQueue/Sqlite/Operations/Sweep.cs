namespace DurableQueue.Sqlite.Operations;

/// <summary>One chunk of a sweep.</summary>
/// <param name="Reaped">Leases taken back.</param>
/// <param name="Promoted">Delays ended.</param>
/// <param name="Expired">Requests for approvals that ran out of time.</param>
/// <param name="MayReopenMore">More budgets may have room again.</param>
/// <param name="MayFireMore">More schedules may be due.</param>
internal readonly record struct SweepResult(int Reaped, int Promoted, int Expired, bool MayReopenMore, bool MayFireMore)
{
    /// <summary>Before the first chunk nothing is known.</summary>
    public static readonly SweepResult NotYet = new(0, 0, 0, MayReopenMore: true, MayFireMore: true);

    public bool MayBeMore =>
        MayFireMore || MayReopenMore || Reaped >= ReapExpired.Most || Promoted >= PromoteDue.Most || Expired >= ExpireApprovals.Most;
}

/// <summary>Fires schedules, ends delays, takes back leases, lets requests for approvals expire and opens budgets, without checking anything out.</summary>
internal sealed class Sweep : WriteOperation<SweepResult>
{
    protected override SweepResult Execute(WriteContext context)
    {
        var mayFireMore = FireSchedules.Run(context);
        var promoted = PromoteDue.Run(context);
        var expired = ExpireApprovals.Run(context);
        var reaped = ReapExpired.Run(context);
        return new SweepResult(reaped, promoted, expired, context.Budgets.Reopen(), mayFireMore);
    }
}
