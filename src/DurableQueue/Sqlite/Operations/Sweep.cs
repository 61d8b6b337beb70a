namespace DurableQueue.Sqlite.Operations;

/// <summary>One chunk of a sweep.</summary>
/// <param name="Reaped">Leases taken back.</param>
/// <param name="Promoted">Delays ended.</param>
internal readonly record struct SweepResult(int Reaped, int Promoted)
{
    public bool MayBeMore => Reaped >= ReapExpired.Most || Promoted >= PromoteDue.Most;
}

/// <summary>Ends delays and takes back leases, without checking anything out, and notices work that a crash or an error left behind.</summary>
internal sealed class Sweep : WriteOperation<SweepResult>
{
    protected override SweepResult Execute(WriteSession session)
    {
        session.Settling.LookForStored();
        var promoted = PromoteDue.Run(session);
        return new SweepResult(ReapExpired.Run(session), promoted);
    }
}
