using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>What happens to tasks whose budget is used up.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BudgetAction>))]
public enum BudgetAction
{
    /// <summary>They wait until something fits again.</summary>
    Wait,

    /// <summary>They end <see cref="TaskOutcome.Failed"/> when their turn comes; the error is a <see cref="BudgetRefusal"/>.</summary>
    Fail,
}
