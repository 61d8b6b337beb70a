namespace DurableQueue.Groups;

/// <summary>The parts of the order in which queued tasks run.</summary>
internal enum RunTier
{
    /// <summary>Ready, and nothing but a free slot and a worker is needed.</summary>
    Next = 0,

    /// <summary>Ready, but a pause or a budget keeps it from starting.</summary>
    Stopped = 1,

    /// <summary>Held for a time, whatever else holds it.</summary>
    Delayed = 2,

    /// <summary>Held for anything else.</summary>
    Held = 3,
}
