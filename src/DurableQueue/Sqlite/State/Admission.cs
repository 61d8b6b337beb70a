namespace DurableQueue.Sqlite;

/// <summary>What the budgets say to the start of one task.</summary>
internal enum AdmissionKind
{
    /// <summary>It was counted.</summary>
    Start,

    /// <summary>Its group or type is used up: nothing of the lane starts.</summary>
    Full,

    /// <summary>It alone has to wait.</summary>
    Park,

    /// <summary>It fails.</summary>
    Refuse,
}

/// <summary>The answer, and the meter that gave it.</summary>
internal readonly record struct Admission(AdmissionKind Kind, UsageCounter? By);
