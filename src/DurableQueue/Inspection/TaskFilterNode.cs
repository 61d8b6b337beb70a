namespace DurableQueue;

/// <summary>The condition of a <see cref="TaskFilter"/>. There is no node for "not": it is pushed down into the single tests.</summary>
internal abstract record TaskFilterNode
{
    /// <summary>Is met if all parts are met, also if there are none.</summary>
    public sealed record All(IReadOnlyList<TaskFilterNode> Parts) : TaskFilterNode;

    /// <summary>Is met if at least one part is met.</summary>
    public sealed record Any(IReadOnlyList<TaskFilterNode> Parts) : TaskFilterNode;

    /// <summary>
    /// One comparison. It is met if any of the values matches; a missing field matches none. <see cref="Negated"/> inverts it.
    /// </summary>
    public sealed record Test(TaskFilterField Field, TaskFilterOperator Operator) : TaskFilterNode
    {
        public bool Negated { get; init; }

        /// <summary>Tests whether the task lacks the field.</summary>
        public bool IsNone { get; init; }

        /// <summary>Ids, numbers, or durations in milliseconds.</summary>
        public IReadOnlyList<long> Numbers { get; init; } = [];

        public IReadOnlyList<string> Texts { get; init; } = [];

        /// <summary>Times in milliseconds, each from the first value up to but not including the second.</summary>
        public IReadOnlyList<(long From, long Until)> Times { get; init; } = [];

        public IReadOnlyList<TaskState> States { get; init; } = [];

        public IReadOnlyList<TaskOutcome> Outcomes { get; init; } = [];

        public TaskHolds Holds { get; init; }

        public IReadOnlyList<TaskObstacle> Obstacles { get; init; } = [];

        /// <summary>Also matches tasks that are queued without a hold.</summary>
        public bool Ready { get; init; }
    }
}
