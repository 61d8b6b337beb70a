using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>
/// The error of a task that failed without a run because its budget was used up: <see cref="BudgetAction.Fail"/>. It is stored as JSON in
/// <see cref="TaskInfo.LastError"/>.
/// </summary>
public sealed record BudgetRefusal
{
    /// <summary>Always 429, the HTTP status code for this situation.</summary>
    [JsonPropertyOrder(-1)]
    public int Code { get; init; } = 429;

    /// <summary>The budget that was used up, in the form of <see cref="BudgetTarget.ToString"/>.</summary>
    public required string Budget { get; init; }

    /// <summary>The unit of the amounts; <see langword="null"/> if starts are counted.</summary>
    public string? Unit { get; init; }

    /// <summary>The cap.</summary>
    public required decimal Cap { get; init; }

    /// <summary>The amount that was used, including reservations.</summary>
    public required decimal Spent { get; init; }

    /// <summary>When the budget has room again.</summary>
    public required DateTimeOffset ResetsAt { get; init; }

    /// <summary>Parses the error of a task.</summary>
    /// <param name="error">The error: <see cref="TaskInfo.LastError"/>.</param>
    /// <param name="refusal">The refusal; <see langword="null"/> if there is none.</param>
    /// <returns><see langword="false"/> if the task did not fail because of its budget.</returns>
    public static bool TryParse(string? error, [NotNullWhen(true)] out BudgetRefusal? refusal)
    {
        refusal = null;
        if (error is null || !error.StartsWith("{\"code\":429,", StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            refusal = JsonSerializer.Deserialize(error, BudgetRefusalJson.Default.BudgetRefusal);
        }
        catch (JsonException)
        {
            // Another error that starts with the same text.
        }

        return refusal is not null;
    }

    /// <summary>Returns the error as it is stored.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this, BudgetRefusalJson.Default.BudgetRefusal);
}
