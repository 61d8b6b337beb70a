using System.Text.Json.Serialization;
using DurableQueue.Mcp.Views;

namespace DurableQueue.Mcp.Tools;

/// <summary>Parameters and results as JSON. A parameter that is not known is refused, and what a result does not have is left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(AddTool.Input), TypeInfoPropertyName = "AddToolInput")]
[JsonSerializable(typeof(AddTool.Result), TypeInfoPropertyName = "AddToolResult")]
[JsonSerializable(typeof(AddGraphTool.Input), TypeInfoPropertyName = "AddGraphToolInput")]
[JsonSerializable(typeof(AddGraphTool.Result), TypeInfoPropertyName = "AddGraphToolResult")]
[JsonSerializable(typeof(WaitTool.Input), TypeInfoPropertyName = "WaitToolInput")]
[JsonSerializable(typeof(WaitTool.Result), TypeInfoPropertyName = "WaitToolResult")]
[JsonSerializable(typeof(StopTool.Input), TypeInfoPropertyName = "StopToolInput")]
[JsonSerializable(typeof(RetryTool.Input), TypeInfoPropertyName = "RetryToolInput")]
[JsonSerializable(typeof(TasksOrGroups))]
[JsonSerializable(typeof(ActionResult))]
[JsonSerializable(typeof(SetGroupTool.Input), TypeInfoPropertyName = "SetGroupToolInput")]
[JsonSerializable(typeof(GroupView))]
[JsonSerializable(typeof(DecideTool.Input), TypeInfoPropertyName = "DecideToolInput")]
[JsonSerializable(typeof(ListTool.Input), TypeInfoPropertyName = "ListToolInput")]
[JsonSerializable(typeof(ListTool.Result), TypeInfoPropertyName = "ListToolResult")]
[JsonSerializable(typeof(ShowTool.Input), TypeInfoPropertyName = "ShowToolInput")]
[JsonSerializable(typeof(TaskDetails))]
[JsonSerializable(typeof(TaskSummary))]
[JsonSerializable(typeof(LogTool.Input), TypeInfoPropertyName = "LogToolInput")]
[JsonSerializable(typeof(LogTool.Result), TypeInfoPropertyName = "LogToolResult")]
[JsonSerializable(typeof(GroupsTool.Input), TypeInfoPropertyName = "GroupsToolInput")]
[JsonSerializable(typeof(GroupsTool.Result), TypeInfoPropertyName = "GroupsToolResult")]
[JsonSerializable(typeof(NotificationsTool.Input), TypeInfoPropertyName = "NotificationsToolInput")]
[JsonSerializable(typeof(NotificationsTool.Result), TypeInfoPropertyName = "NotificationsToolResult")]
[JsonSerializable(typeof(NotificationsTool.Item), TypeInfoPropertyName = "NotificationsToolItem")]
[JsonSerializable(typeof(ApprovalsTool.Input), TypeInfoPropertyName = "ApprovalsToolInput")]
[JsonSerializable(typeof(ApprovalsTool.Result), TypeInfoPropertyName = "ApprovalsToolResult")]
[JsonSerializable(typeof(ApprovalView))]
[JsonSerializable(typeof(BudgetsTool.Input), TypeInfoPropertyName = "BudgetsToolInput")]
[JsonSerializable(typeof(BudgetsTool.Result), TypeInfoPropertyName = "BudgetsToolResult")]
[JsonSerializable(typeof(BudgetView))]
internal sealed partial class ToolJson : JsonSerializerContext;
