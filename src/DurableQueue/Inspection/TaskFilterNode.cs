namespace DurableQueue;

/// <summary>The condition of a <see cref="TaskFilter"/>. There is no "not": it has been moved inwards, into the single tests.</summary>
internal abstract record TaskFilterNode
{
    /// <summary>All of them hold; true if there are none.</summary>
    public sealed record All(IReadOnlyList<TaskFilterNode> Parts) : TaskFilterNode;

    /// <summary>At least one of them holds.</summary>
    public sealed record Any(IReadOnlyList<TaskFilterNode> Parts) : TaskFilterNode;

    /// <summary>
    /// One comparison. It holds if it is met by any of the values; a field that a task does not have meets none. <see cref="Negated"/> turns the answer round.
    /// </summary>
    public sealed record Test(TaskFilterField Field, TaskFilterOperator Operator) : TaskFilterNode
    {
        public bool Negated { get; init; }

        /// <summary>The task does not have the field.</summary>
        public bool IsNone { get; init; }

        /// <summary>Ids, numbers, durations in milliseconds.</summary>
        public IReadOnlyList<long> Numbers { get; init; } = [];

        public IReadOnlyList<string> Texts { get; init; } = [];

        /// <summary>Times in milliseconds: from the first, until before the second.</summary>
        public IReadOnlyList<(long From, long Until)> Times { get; init; } = [];

        public IReadOnlyList<TaskState> States { get; init; } = [];

        public IReadOnlyList<TaskOutcome> Outcomes { get; init; } = [];

        public TaskHolds Holds { get; init; }

        /// <summary>Queued without a hold.</summary>
        public bool Ready { get; init; }
    }
}
