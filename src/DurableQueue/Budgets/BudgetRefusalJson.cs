using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>Reads and writes a <see cref="BudgetRefusal"/> without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BudgetRefusal))]
internal sealed partial class BudgetRefusalJson : JsonSerializerContext;
