using DurableQueue.Processes;
using DurableQueue.Processes.Running;

namespace DurableQueue.Mcp.Views;

/// <summary>Finds the log of the latest attempt.</summary>
internal static class LogPath
{
    /// <returns><see langword="null"/> if there is none yet, or the task is not a command.</returns>
    public static string? Of(ToolHost host, TaskInfo task) =>
        host.Commands is { } commands && task.Type == CommandTask.TypeName && PresentRun.LogOf(commands.Files, task, task.Attempt, errors: false) is { } path && File.Exists(path)
            ? path
            : null;
}
