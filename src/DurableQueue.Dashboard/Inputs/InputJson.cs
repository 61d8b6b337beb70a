using System.Text.Json.Serialization;

namespace DurableQueue.Dashboard.Inputs;

/// <summary>Reads bodies without reflection. What a body may not have is an error: a misspelt setting must not be lost in silence.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(EmptyInput))]
[JsonSerializable(typeof(TaskInput))]
[JsonSerializable(typeof(EditInput))]
[JsonSerializable(typeof(RouteInput))]
[JsonSerializable(typeof(CancelInput))]
[JsonSerializable(typeof(RetryInput))]
[JsonSerializable(typeof(RunNowInput))]
[JsonSerializable(typeof(DecisionInput))]
[JsonSerializable(typeof(GroupInput))]
[JsonSerializable(typeof(BulkInput))]
[JsonSerializable(typeof(ScheduleInput))]
[JsonSerializable(typeof(PreviewInput))]
[JsonSerializable(typeof(PauseInput))]
[JsonSerializable(typeof(BudgetInput))]
[JsonSerializable(typeof(BudgetTargetInput))]
internal sealed partial class InputJson : JsonSerializerContext;
