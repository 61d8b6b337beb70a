using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>What a budget is for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BudgetScope>))]
public enum BudgetScope
{
    /// <summary>The tasks of a group.</summary>
    Group,

    /// <summary>The tasks of a type, in all groups.</summary>
    Type,

    /// <summary>The tasks with a given value of a metadata key, such as a tenant.</summary>
    Metadata,

    /// <summary>The commands whose text matches a pattern, all counted together.</summary>
    Command,
}
