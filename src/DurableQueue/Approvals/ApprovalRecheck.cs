namespace DurableQueue.Approvals;

/// <summary>Whether a task that is queued again, moved or edited needs an approval, and whether the request that it has will do.</summary>
/// <param name="State">How the task stands now.</param>
/// <param name="Ask">The request to make in place of the one that is pending; <see langword="null"/> if none is needed.</param>
internal readonly record struct ApprovalRecheck(ApprovalState State, ApprovalDemand? Ask)
{
    /// <summary>A request stays good if every gate that is about the task asked for it. If what was approved has changed, it must be approved again.</summary>
    /// <param name="state">How the task stood.</param>
    /// <param name="last">Its latest request before a run, and the status of it; <see langword="null"/> if there is none.</param>
    /// <param name="gates">The gates that are about the task as it is now.</param>
    /// <param name="isChanged">What was approved has changed.</param>
    public static ApprovalRecheck Of(ApprovalState state, (ApprovalDemand Demand, ApprovalStatus Status)? last, IReadOnlyList<ApprovalGate> gates, bool isChanged)
    {
        if (state == ApprovalState.None && gates.Count == 0)
        {
            return new ApprovalRecheck(ApprovalState.None, null);
        }

        if (last is { } request && IsStillGood(state, request.Status, isChanged) && AreCovered(gates, request.Demand))
        {
            return new ApprovalRecheck(state, null);
        }

        // A task whose gates are gone and which asks for nothing itself keeps what they asked for: a gate that is removed approves nothing.
        var demand = last is { Demand: { Own: null } before } && gates.Count == 0
            ? before with { Gates = [] }
            : ApprovalDemand.Of(last?.Demand.Own, gates) ?? new ApprovalDemand([], new ApprovalTerms(), null);
        return new ApprovalRecheck(ApprovalState.Pending, demand);
    }

    private static bool IsStillGood(ApprovalState state, ApprovalStatus status, bool isChanged) =>
        state == ApprovalState.Approved ? !isChanged : status == ApprovalStatus.Pending;

    private static bool AreCovered(IReadOnlyList<ApprovalGate> gates, ApprovalDemand demand) =>
        gates.All(gate => demand.Gates.Contains(gate.Name, StringComparer.Ordinal));
}
