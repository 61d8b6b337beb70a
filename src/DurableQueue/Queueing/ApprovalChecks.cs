using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>Validates arguments about approvals.</summary>
internal static class ApprovalChecks
{
    /// <returns>The terms, with a copy of the list of approvers.</returns>
    public static ApprovalTerms Terms(ApprovalTerms terms)
    {
        if (terms.ExpiresAfter is { } expires)
        {
            Check.Between(expires, Limits.MinExpiry, Limits.MaxExpiry, nameof(terms.ExpiresAfter));
        }

        if (terms.Approvers is null)
        {
            return new ApprovalTerms { ExpiresAfter = terms.ExpiresAfter };
        }

        if (terms.Approvers.Count is 0 or > Limits.Approvers)
        {
            throw new ArgumentException(
                $"Approvers must have 1 to {Limits.Approvers} names, or be null for anyone; it has {terms.Approvers.Count}.", nameof(terms.Approvers));
        }

        return new ApprovalTerms
        {
            ExpiresAfter = terms.ExpiresAfter,
            Approvers = [.. terms.Approvers.Select(name => Check.Text(name, nameof(terms.Approvers), Limits.WorkerLength, 1)!).Distinct(StringComparer.Ordinal)],
        };
    }

    /// <summary>Validates a gate.</summary>
    public static void Gate(ApprovalGate gate)
    {
        ArgumentNullException.ThrowIfNull(gate);
        Check.Name(gate.Name, nameof(gate.Name));
        if (gate is { Type: null, Group: null, MetadataKey: null, Command: null })
        {
            throw new ArgumentException($"The gate '{gate.Name}' has no condition. Set Type, Group, MetadataKey or Command.", nameof(gate));
        }

        Pattern(gate.Type, nameof(gate.Type));
        Pattern(gate.Group, nameof(gate.Group));
        Check.Text(gate.MetadataKey, nameof(gate.MetadataKey), Limits.MetadataKeyLength, gate.MetadataKey is null ? 0 : 1);
        Check.Note(gate.MetadataValue, nameof(gate.MetadataValue), Limits.MetadataValueLength);
        if (gate.MetadataValue is not null && gate.MetadataKey is null)
        {
            throw new ArgumentException($"The gate '{gate.Name}' has a MetadataValue but no MetadataKey.", nameof(gate));
        }

        Check.CommandPattern(gate.Command, nameof(gate.Command));
        Terms(gate);
    }

    public static CheckedDecision Approval(string by, string? note) => Decision(approve: true, by, note, nameof(note), minLength: 0);

    public static CheckedDecision Rejection(string by, string reason) => Decision(approve: false, by, reason, nameof(reason), minLength: 1);

    private static CheckedDecision Decision(bool approve, string by, string? note, string argument, int minLength)
    {
        Check.Text(by, nameof(by), Limits.WorkerLength, 1);
        Check.Note(note, argument, Limits.NoteLength, minLength);
        return new CheckedDecision(approve, by, note);
    }

    /// <summary>Validates a name, or a prefix followed by a star. A star alone would not be a condition.</summary>
    private static void Pattern(string? pattern, string argument)
    {
        if (pattern is not null)
        {
            Check.Name(pattern.EndsWith('*') ? pattern[..^1] : pattern, argument);
        }
    }
}
