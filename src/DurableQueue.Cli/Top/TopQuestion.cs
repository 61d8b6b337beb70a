namespace DurableQueue.Cli.Top;

/// <summary>What the screen needs to know.</summary>
internal sealed record TopQuestion
{
    /// <summary>The only task that is shown; <see langword="null"/> for all.</summary>
    public TaskId? Only { get; init; }

    /// <summary>Selects the tasks; <see langword="null"/> for all.</summary>
    public TaskFilter? Filter { get; init; }

    /// <summary>Tasks that ended before this time are not shown; <see langword="null"/> to show all.</summary>
    public DateTimeOffset? EndedAfter { get; init; }

    /// <summary>The row that is selected.</summary>
    public int Selected { get; init; }

    /// <summary>The task that is selected, of which more is shown.</summary>
    public TaskId? Chosen { get; init; }

    /// <summary>The first row whose content is needed.</summary>
    public int FirstRow { get; init; }

    /// <summary>The number of rows whose contents are needed.</summary>
    public int Rows { get; init; }
}
