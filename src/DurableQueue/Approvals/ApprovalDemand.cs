namespace DurableQueue.Approvals;

/// <summary>What a request before a run asks for.</summary>
/// <param name="Gates">The names of the gates that ask for it.</param>
/// <param name="Terms">What the task and the gates ask for together.</param>
/// <param name="Own">What the task itself asks for; <see langword="null"/> if only gates do.</param>
internal sealed record ApprovalDemand(IReadOnlyList<string> Gates, ApprovalTerms Terms, ApprovalTerms? Own)
{
    /// <param name="own">What the task itself asks for; <see langword="null"/> if it doesn't.</param>
    /// <param name="gates">The gates that are about it.</param>
    /// <returns><see langword="null"/> if the task needs no approval.</returns>
    public static ApprovalDemand? Of(ApprovalTerms? own, IReadOnlyList<ApprovalGate> gates) => own is null && gates.Count == 0
        ? null
        : new ApprovalDemand([.. gates.Select(gate => gate.Name)], GateRules.Merge(own is null ? gates : gates.Prepend(own)), own);
}
