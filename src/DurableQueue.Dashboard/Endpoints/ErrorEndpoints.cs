using System.Text.RegularExpressions;
using DurableQueue.Dashboard.Views;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>The latest failures, by what went wrong.</summary>
internal static partial class ErrorEndpoints
{
    private const int MostRead = 1_000;
    private const int LongestLine = 200;

    public static readonly IReadOnlyList<ApiEndpoint> All = [ApiEndpoint.Get("errors", DashboardPermission.View, ListAsync)];

    private static Task ListAsync(ApiCall call) => call.AnswerSharedAsync(
        async (_, token) =>
        {
            var page = await call.Queue.Inspector.QueryAsync(
                new TaskQuery { States = [TaskState.Failed], Order = TaskOrder.FinishedDescending, Limit = MostRead, ReadLimit = Reading.Limit }, token).ConfigureAwait(false);
            var groups = page.Tasks.GroupBy(task => (task.Type, Line: Pattern(task)));
            return new ErrorListView([.. groups.Select(group => GroupOf(group.Key.Type, group.Key.Line, [.. group]))], new SearchedView(page.Tasks.Count, page.Next is null));
        },
        ViewJson.Default.ErrorListView);

    private static string Pattern(TaskInfo task) =>
        Numbers().Replace(Text.FirstLine(task.LastError, LongestLine) is { Length: > 0 } line ? line : Text.Name(task.Outcome), "#");

    /// <summary>Of tasks that are ordered by their finish, newest first.</summary>
    private static ErrorGroupView GroupOf(string type, string line, IReadOnlyList<TaskInfo> tasks) => new()
    {
        Type = type,
        FirstLine = line,
        Count = tasks.Count,
        First = Text.Time(tasks[^1].FinishedAt)!,
        Last = Text.Time(tasks[0].FinishedAt)!,
        Sample = tasks[0].Id.Value,
        Q = $"status=failed and type='{type}'",
    };

    [GeneratedRegex(@"\d+", RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();
}
