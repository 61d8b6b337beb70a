namespace DurableQueue.Processes.Running;

/// <summary>
/// Tells which files in the log directory belong to the current run of a task. A retry in place counts attempts from 1 again, and until an attempt begins, the
/// files of the previous run have its names.
/// </summary>
internal static class PresentRun
{
    /// <summary>The path where the output of an attempt is or will be.</summary>
    /// <returns><see langword="null"/> if the run has not reached that attempt, or the files of that name belong to a previous run.</returns>
    public static string? LogOf(CommandFiles files, TaskInfo task, int attempt, bool errors)
    {
        if (attempt < 1 || attempt > task.Attempt || (attempt == task.Attempt && IsOfPreviousRun(files, task)))
        {
            return null;
        }

        return errors ? files.ErrorLog(task.Id, attempt) : files.Log(task.Id, attempt);
    }

    private static bool IsOfPreviousRun(CommandFiles files, TaskInfo task) =>
        task.State == TaskState.CheckedOut
        && RunRecord.Read(files.Run(task.Id, task.Attempt)) is { } record
        && (record.Header.EnqueuedAtMs != task.EnqueuedAt.ToUnixTimeMilliseconds() || record.Header.StartedAtMs < task.StartedAt?.ToUnixTimeMilliseconds());
}
