namespace DurableQueue.Dashboard.BrowserTests;

internal static class Pages
{
    public static readonly string[] Names = ["", "tasks", "approvals", "groups", "schedules", "budgets", "workers", "errors", "metrics", "health", "actions"];

    public static IEnumerable<string> Of(Dictionary<string, TaskId> ids) => [.. Names, $"tasks/{ids["report"]}", $"tasks/{ids["failing"]}", $"tasks/{ids["deploy"]}", $"tasks/{ids["report"]}/graph"];
}
