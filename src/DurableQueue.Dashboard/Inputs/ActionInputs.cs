using System.Text.Json;

namespace DurableQueue.Dashboard.Inputs;

internal sealed record EmptyInput;

internal sealed record RouteInput
{
    public JsonElement? Payload { get; init; }

    public string? PayloadText { get; init; }

    public string? Group { get; init; }

    public string? Label { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

internal sealed record CancelInput
{
    public string? Reason { get; init; }

    /// <summary>Also all tasks that wait for it.</summary>
    public bool Tree { get; init; }
}

internal sealed record RetryInput
{
    public bool WithDependents { get; init; }

    public bool Stashed { get; init; }
}

internal sealed record RunNowInput
{
    public bool OverBudget { get; init; }
}

internal sealed record DecisionInput
{
    public string? Note { get; init; }

    public string? Reason { get; init; }
}

internal sealed record GroupInput
{
    public bool? Paused { get; init; }

    /// <summary>0 means no limit.</summary>
    public int? Parallelism { get; init; }

    public bool? PauseOnFailure { get; init; }
}

internal sealed record PauseInput
{
    public string? Reason { get; init; }
}
