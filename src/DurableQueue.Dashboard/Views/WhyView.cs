namespace DurableQueue.Dashboard.Views;

/// <summary>Why a queued task does not run, in one sentence.</summary>
internal sealed record WhyView
{
    /// <summary>A word of the query language.</summary>
    public required string Code { get; init; }

    public required string Text { get; init; }

    public string? Group { get; init; }

    public string? Until { get; init; }

    public IReadOnlyList<long>? Tasks { get; init; }

    public RemedyView? Remedy { get; init; }
}

/// <summary>The way out, where there is one.</summary>
internal sealed record RemedyView(string Action, string Label);
