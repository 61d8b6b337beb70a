using System.Diagnostics.CodeAnalysis;

namespace DurableQueue.Dashboard.Views;

/// <summary>Everything about one task.</summary>
internal sealed record TaskView : TaskRow
{
    [SetsRequiredMembers]
    public TaskView(TaskRow row)
        : base(row)
    {
        Attempts = [];
        Dependencies = new DependenciesView([], []);
        Approvals = [];
        Charges = [];
        Actions = [];
    }

    public ContentView? Payload { get; init; }

    public ContentView? Result { get; init; }

    /// <summary><see langword="null"/> if the viewer may not see it.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public IReadOnlyList<AttemptView> Attempts { get; init; }

    public DependenciesView Dependencies { get; init; }

    public IReadOnlyList<ApprovalView> Approvals { get; init; }

    public IReadOnlyList<ChargeView> Charges { get; init; }

    public CostView? Estimate { get; init; }

    public RouteView? Route { get; init; }

    public RetryView? Retry { get; init; }

    public long? TimeoutMs { get; init; }

    public long? LeaseMs { get; init; }

    public string? DedupKey { get; init; }

    /// <summary>What its state and the viewer's permissions allow.</summary>
    public IReadOnlyList<string> Actions { get; init; }

    public LogSummary? Log { get; init; }

    /// <summary>What a command runs.</summary>
    public new CommandView? Command { get; init; }

    /// <summary>The whole last error.</summary>
    public string? ErrorText { get; init; }

    /// <summary>Who asked for what, oldest first; <see langword="null"/> if nobody with a name has.</summary>
    public IReadOnlyList<RequestView>? RequestedBy { get; init; }
}

/// <summary>A payload, a result or the arguments of an approval.</summary>
internal sealed record ContentView
{
    /// <summary><c>json</c>, <c>text</c>, <c>binary</c> or <c>hidden</c>.</summary>
    public required string Kind { get; init; }

    public string? Text { get; init; }

    /// <summary>In bytes.</summary>
    public required long Size { get; init; }

    public required bool Truncated { get; init; }
}

internal sealed record AttemptView
{
    public required int Number { get; init; }

    public required string StartedAt { get; init; }

    public string? FinishedAt { get; init; }

    public string? Outcome { get; init; }

    public string? Error { get; init; }

    public string? Worker { get; init; }
}

internal sealed record DependenciesView(IReadOnlyList<DependencyView> After, IReadOnlyList<DependencyView> Before);

internal sealed record DependencyView
{
    public required long Id { get; init; }

    public string? Type { get; init; }

    public string? Label { get; init; }

    /// <summary><see langword="null"/> if the task was pruned.</summary>
    public string? State { get; init; }

    public string? Condition { get; init; }

    /// <summary><c>waiting</c>, <c>satisfied</c> or <c>broken</c>.</summary>
    public string? Edge { get; init; }
}

internal sealed record ChargeView(decimal Amount, string Unit, string At, string Key);

internal sealed record CostView(decimal Amount, string Unit);

internal sealed record RouteView(string Type, string? Reason, bool IsFallback, string Worker, string RoutedAt);

internal sealed record RetryView(long InitialDelayMs, double Factor, long MaxDelayMs, double Jitter);

internal sealed record LogSummary(bool Exists, long? Size);

internal sealed record CommandView
{
    public string? Line { get; init; }

    public IReadOnlyList<string>? Args { get; init; }

    public string? Directory { get; init; }

    /// <summary>The values are never shown.</summary>
    public IReadOnlyList<string>? EnvironmentNames { get; init; }
}
