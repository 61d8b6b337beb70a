namespace DurableQueue.Approvals;

/// <summary>Matches tasks with gates, and merges the terms of several gates.</summary>
internal static class GateRules
{
    private const char Rest = '*';

    /// <param name="gate">The gate.</param>
    /// <param name="type">The type of the task.</param>
    /// <param name="group">Its group.</param>
    /// <param name="metadata">Its metadata.</param>
    /// <param name="command">The text of the command; <see langword="null"/> if it isn't one.</param>
    public static bool Matches(ApprovalGate gate, string type, string group, IReadOnlyDictionary<string, string> metadata, string? command) =>
        (gate.Type is null || MatchesName(gate.Type, type))
        && (gate.Group is null || MatchesName(gate.Group, group))
        && (gate.MetadataKey is null
            || (metadata.TryGetValue(gate.MetadataKey, out var value) && (gate.MetadataValue is null || gate.MetadataValue == value)))
        && (gate.Command is null || (command is not null && CommandPattern.Matches(gate.Command, command)));

    public static bool AreSame(ApprovalGate one, ApprovalGate other) =>
        one with { Approvers = null } == other with { Approvers = null }
        && (one.Approvers is null ? other.Approvers is null : other.Approvers is not null && one.Approvers.SequenceEqual(other.Approvers, StringComparer.Ordinal));

    /// <summary>Merges terms into those of one request: the approvers that all of them allow, and the shortest time.</summary>
    public static ApprovalTerms Merge(IEnumerable<ApprovalTerms> terms)
    {
        IReadOnlyList<string>? approvers = null;
        TimeSpan? expires = null;
        foreach (var one in terms)
        {
            approvers = approvers is null || one.Approvers is null ? approvers ?? one.Approvers : [.. approvers.Intersect(one.Approvers, StringComparer.Ordinal)];
            expires = expires is null || one.ExpiresAfter < expires ? one.ExpiresAfter : expires;
        }

        return new ApprovalTerms { Approvers = approvers, ExpiresAfter = expires };
    }

    private static bool MatchesName(string pattern, string name) =>
        pattern.EndsWith(Rest) ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : name == pattern;
}
