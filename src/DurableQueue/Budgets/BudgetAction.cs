using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>What happens to tasks whose budget is used up.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BudgetAction>))]
public enum BudgetAction
{
    /// <summary>The tasks wait until the budget has room again.</summary>
    Wait,

    /// <summary>The tasks end with <see cref="TaskOutcome.Failed"/> when it is their turn to run. The error is a <see cref="BudgetRefusal"/>.</summary>
    Fail,
}
