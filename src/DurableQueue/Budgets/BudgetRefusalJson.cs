using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>How a <see cref="BudgetRefusal"/> is written: without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BudgetRefusal))]
internal sealed partial class BudgetRefusalJson : JsonSerializerContext;
