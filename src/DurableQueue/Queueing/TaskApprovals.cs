using System.Runtime.CompilerServices;
using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>Checks requests, decisions and gates; waits and watches.</summary>
internal sealed class TaskApprovals(ITaskStore store) : ITaskApprovals
{
    private const int PageSize = 500;

    private readonly IApprovalStore approvals = store.Approvals;
    private readonly QueueSignals signals = store.Signals;

    public async ValueTask<ApprovalInfo?> RequestAsync(
        Lease lease, string what, string arguments = "", ApprovalOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ApprovalOptions();
        Check.Text(what, nameof(what), Limits.WhatLength, 1);
        ArgumentNullException.ThrowIfNull(arguments);
        Check.Note(arguments, nameof(arguments), Limits.ArgumentsLength);
        var request = new CheckedRequest(ApprovalKeys.Of(options), what, arguments, ApprovalChecks.Terms(options));
        return await approvals.RequestAsync(lease, request, cancellationToken).ConfigureAwait(false) is { } id
            ? await approvals.FindAsync(id, CancellationToken.None).ConfigureAwait(false) ?? throw new ApprovalNotFoundException(id)
            : null;
    }

    public ValueTask<ApprovalInfo> WaitAsync(ApprovalId id, CancellationToken cancellationToken = default) =>
        store.WaitForDecisionAsync(id, waiting: null, cancellationToken);

    public ValueTask ApproveAsync(ApprovalId id, string by, string? note = null, CancellationToken cancellationToken = default) =>
        approvals.DecideAsync(id, ApprovalChecks.Approval(by, note), cancellationToken);

    public ValueTask RejectAsync(ApprovalId id, string by, string reason, CancellationToken cancellationToken = default) =>
        approvals.DecideAsync(id, ApprovalChecks.Rejection(by, reason), cancellationToken);

    public ValueTask<ApprovalInfo?> GetAsync(ApprovalId id, CancellationToken cancellationToken = default) => approvals.FindAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<ApprovalInfo>> ListPendingAsync(int limit = 1_000, CancellationToken cancellationToken = default)
    {
        Check.Between(limit, 1, Limits.BatchSize, nameof(limit));
        return approvals.ReadPendingAsync(default, limit, cancellationToken);
    }

    public async IAsyncEnumerable<ApprovalInfo> WatchPendingAsync(
        ApprovalId after = default, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            // Before the read: what is requested during it makes the wait below return at once.
            var seen = signals.Approvals.Version;
            var page = await approvals.ReadPendingAsync(after, PageSize, cancellationToken).ConfigureAwait(false);
            foreach (var info in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                after = info.Id;
                yield return info;
            }

            if (page.Count < PageSize)
            {
                await signals.WaitAsync(signals.Approvals, seen, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async IAsyncEnumerable<ApprovalInfo> ReadAsync(
        ApprovalQuery? query = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        query ??= new ApprovalQuery();
        var after = query.After;
        IReadOnlyList<ApprovalInfo> page;
        do
        {
            page = await approvals.ReadAsync(query, after, PageSize, cancellationToken).ConfigureAwait(false);
            foreach (var info in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                after = info.Id;
                yield return info;
            }
        }
        while (page.Count == PageSize);
    }

    public ValueTask SetGateAsync(ApprovalGate gate, CancellationToken cancellationToken = default)
    {
        ApprovalChecks.Gate(gate);
        return approvals.SetGateAsync(gate, cancellationToken);
    }

    public ValueTask<bool> RemoveGateAsync(string name, CancellationToken cancellationToken = default)
    {
        Check.Name(name, nameof(name));
        return approvals.RemoveGateAsync(name, cancellationToken);
    }

    public ValueTask<IReadOnlyList<ApprovalGate>> ListGatesAsync(CancellationToken cancellationToken = default) => approvals.ReadGatesAsync(cancellationToken);
}
