using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>
/// Why a task failed without having run: its budget was used up, and says <see cref="BudgetAction.Fail"/>. It is the task's
/// <see cref="TaskInfo.LastError"/>, as JSON.
/// </summary>
public sealed record BudgetRefusal
{
    /// <summary>What web APIs answer in such a case.</summary>
    [JsonPropertyOrder(-1)]
    public int Code { get; init; } = 429;

    /// <summary>Whose budget, as <see cref="BudgetTarget.ToString"/> says it.</summary>
    public required string Budget { get; init; }

    /// <summary>The unit of the amounts; <see langword="null"/> if starts are counted.</summary>
    public string? Unit { get; init; }

    /// <summary>The cap.</summary>
    public required decimal Cap { get; init; }

    /// <summary>What was used of it, reservations included.</summary>
    public required decimal Spent { get; init; }

    /// <summary>When something fits again.</summary>
    public required DateTimeOffset ResetsAt { get; init; }

    /// <summary>Reads the error of a task.</summary>
    /// <returns>False if the task did not fail for its budget.</returns>
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
            // Some other text that begins so.
        }

        return refusal is not null;
    }

    /// <summary>As it is stored.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this, BudgetRefusalJson.Default.BudgetRefusal);
}
