using System.Text.Json.Serialization;

namespace DurableQueue.Dashboard.Views;

/// <summary>Writes answers without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemView))]
[JsonSerializable(typeof(MetaView))]
[JsonSerializable(typeof(OverviewView))]
[JsonSerializable(typeof(BoardView))]
[JsonSerializable(typeof(TaskListView))]
[JsonSerializable(typeof(TaskView))]
internal sealed partial class ViewJson : JsonSerializerContext;
