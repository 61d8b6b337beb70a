namespace DurableQueue.Groups;

/// <summary>Whether tasks of a lane were asked to run now; higher comes first.</summary>
internal enum Urgency
{
    None = 0,

    /// <summary>Past the limit and pause of the group.</summary>
    Urgent = 1,

    /// <summary>Past budgets too.</summary>
    Forced = 2,
}
