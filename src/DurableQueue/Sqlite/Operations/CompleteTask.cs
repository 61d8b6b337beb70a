namespace DurableQueue.Sqlite.Operations;

/// <summary>Ends a task with success.</summary>
internal sealed class CompleteTask(Lease lease, ReadOnlyMemory<byte> result) : SharedOperation<CompleteTask, bool>
{
    private readonly Lease lease = lease;
    private readonly ReadOnlyMemory<byte> result = result;

    protected override bool CanServe(CompleteTask other) => Served.Count + 1 < Completions.Most;

    protected override bool Execute(WriteContext context)
    {
        Span<Lease> leases = stackalloc Lease[1 + Served.Count];
        Span<bool> kept = stackalloc bool[leases.Length];
        leases[0] = lease;
        for (var i = 1; i < leases.Length; i++)
        {
            leases[i] = Served[i - 1].lease;
        }

        Completions.Run(context, leases, kept, eachIsACall: true);
        SaveResult(context, kept[0]);
        for (var i = 1; i < leases.Length; i++)
        {
            Served[i - 1].SaveResult(context, kept[i]);
            Served[i - 1].Give(kept[i]);
        }

        return kept[0];
    }

    private void SaveResult(WriteContext context, bool kept)
    {
        if (kept)
        {
            Completions.SaveResult(context, lease, result.Span);
        }
    }
}
