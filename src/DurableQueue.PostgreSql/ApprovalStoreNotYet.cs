using DurableQueue.Storage;

namespace DurableQueue.PostgreSql;

/// <summary>The approvals and gates that there can't be yet.</summary>
internal sealed class ApprovalStoreNotYet : IApprovalStore
{
    private static NotSupportedException Refusal => NotYet.Refuse("Approvals are");

    public ValueTask<ApprovalId?> RequestAsync(Lease lease, CheckedRequest request, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask DecideAsync(ApprovalId id, CheckedDecision decision, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask DecideAsync(TaskId task, CheckedDecision decision, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask<ApprovalInfo?> FindAsync(ApprovalId id, CancellationToken cancellationToken) => new(default(ApprovalInfo));

    public ValueTask<IReadOnlyList<ApprovalInfo>> ReadPendingAsync(ApprovalId after, int limit, CancellationToken cancellationToken) => new([]);

    public ValueTask<IReadOnlyList<ApprovalInfo>> ReadAsync(ApprovalQuery query, ApprovalId after, int limit, CancellationToken cancellationToken) => new([]);

    public ValueTask SetGateAsync(ApprovalGate gate, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask<bool> RemoveGateAsync(string name, CancellationToken cancellationToken) => throw Refusal;

    public ValueTask<IReadOnlyList<ApprovalGate>> ReadGatesAsync(CancellationToken cancellationToken) => new([]);

    /// <summary>A retention policy may name approvals; there are none.</summary>
    public ValueTask<bool> PruneAsync(TimeSpan keep, CancellationToken cancellationToken) => new(false);
}
