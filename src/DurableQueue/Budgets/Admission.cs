namespace DurableQueue.Budgets;

/// <summary>What the budgets say to the start of a task.</summary>
internal enum AdmissionKind
{
    /// <summary>It may start.</summary>
    Admit,

    /// <summary>Its group or type is used up: it stays in its ready list, and nothing of that list starts.</summary>
    CloseLane,

    /// <summary>It waits by itself for the counter that has no room for it.</summary>
    Park,

    /// <summary>It fails.</summary>
    Refuse,
}

/// <summary>One counter that a start counts on, as it stands, and the amount that the start needs there.</summary>
internal readonly record struct Claim(CounterUsage Usage, long Amount);

/// <summary>Whether a task may start.</summary>
/// <param name="Kind">The answer.</param>
/// <param name="By">The index of the claim that has no room; -1 if each has.</param>
internal readonly record struct Admission(AdmissionKind Kind, int By)
{
    /// <summary>Decides by the first claim that has no room.</summary>
    public static Admission Decide(ReadOnlySpan<Claim> claims)
    {
        for (var i = 0; i < claims.Length; i++)
        {
            // A start that reserves nothing still needs a counter that isn't full.
            var (usage, amount) = claims[i];
            if (!usage.HasRoom(Math.Max(1, amount)))
            {
                return new Admission(Reject(usage), i);
            }
        }

        return new Admission(AdmissionKind.Admit, -1);
    }

    private static AdmissionKind Reject(CounterUsage usage)
    {
        if (usage.Cap!.Refuses)
        {
            return AdmissionKind.Refuse;
        }

        // A task that is dearer than others waits by itself: a cheaper one of the same group may still fit.
        return usage.IsClosed ? AdmissionKind.CloseLane : AdmissionKind.Park;
    }
}
