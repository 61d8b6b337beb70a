namespace DurableQueue.Processes.Running;

/// <summary>
/// Which files in the log directory belong to the run that a task is in. A retry in place counts attempts from 1 again, and until an attempt begins,
/// the files of the former run have its names.
/// </summary>
internal static class PresentRun
{
    /// <summary>Where the output of an attempt is, or will be.</summary>
    /// <returns><see langword="null"/> if the run has not come to that attempt, or the files of that name are of a former run.</returns>
    public static string? LogOf(CommandFiles files, TaskInfo task, int attempt, bool errors)
    {
        if (attempt < 1 || attempt > task.Attempt || (attempt == task.Attempt && IsOfFormerRun(files, task)))
        {
            return null;
        }

        return errors ? files.ErrorLog(task.Id, attempt) : files.Log(task.Id, attempt);
    }

    private static bool IsOfFormerRun(CommandFiles files, TaskInfo task) =>
        task.State == TaskState.CheckedOut
        && RunRecord.Read(files.Run(task.Id, task.Attempt)) is { } record
        && (record.Header.EnqueuedAtMs != task.EnqueuedAt.ToUnixTimeMilliseconds() || record.Header.StartedAtMs < task.StartedAt?.ToUnixTimeMilliseconds());
}
