using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>The period of a cap.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BudgetPeriod>))]
public enum BudgetPeriod
{
    /// <summary>A window of fixed length that ends now.</summary>
    Rolling,

    /// <summary>The calendar day of a time zone.</summary>
    Day,

    /// <summary>The calendar month of a time zone.</summary>
    Month,
}
