namespace DurableQueue.Sqlite.Operations;

/// <summary>One chunk of a sweep.</summary>
/// <param name="Reaped">Leases taken back.</param>
/// <param name="Promoted">Delays ended.</param>
internal readonly record struct SweepResult(int Reaped, int Promoted)
{
    public bool MayBeMore => Reaped >= ReapExpired.Most || Promoted >= PromoteDue.Most;
}

/// <summary>Ends delays and takes back leases, without checking anything out.</summary>
internal sealed class Sweep : WriteOperation<SweepResult>
{
    protected override SweepResult Execute(WriteSession session)
    {
        var promoted = PromoteDue.Run(session);
        return new SweepResult(ReapExpired.Run(session), promoted);
    }
}
