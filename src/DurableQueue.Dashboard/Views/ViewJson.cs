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
[JsonSerializable(typeof(ChangeView))]
[JsonSerializable(typeof(LogView))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(VerificationView))]
[JsonSerializable(typeof(ActionListView))]
[JsonSerializable(typeof(ErrorListView))]
[JsonSerializable(typeof(CreatedView))]
[JsonSerializable(typeof(RemovedView))]
[JsonSerializable(typeof(GroupView))]
[JsonSerializable(typeof(GroupListView))]
[JsonSerializable(typeof(WorkerListView))]
[JsonSerializable(typeof(TypeListView))]
[JsonSerializable(typeof(RoutePreviewView))]
[JsonSerializable(typeof(ApprovalView))]
[JsonSerializable(typeof(ApprovalListView))]
[JsonSerializable(typeof(BudgetListView))]
[JsonSerializable(typeof(UsageListView))]
[JsonSerializable(typeof(ScheduleListView))]
[JsonSerializable(typeof(ScheduleView))]
[JsonSerializable(typeof(PreviewView))]
internal sealed partial class ViewJson : JsonSerializerContext;
