using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>Over what time a cap counts.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BudgetPeriod>))]
public enum BudgetPeriod
{
    /// <summary>A window that ends now and has a fixed length.</summary>
    Rolling,

    /// <summary>The calendar day of a time zone.</summary>
    Day,

    /// <summary>The calendar month of a time zone.</summary>
    Month,
}
