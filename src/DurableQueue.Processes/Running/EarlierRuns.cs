namespace DurableQueue.Processes.Running;

/// <summary>What earlier workers, or earlier attempts, left of a task's commands: records, and processes that still run.</summary>
internal sealed class EarlierRuns(CommandFiles files, TimeProvider waits)
{
    /// <summary>A supervisor that was started just before its worker died writes its first line within this time, or never.</summary>
    public static readonly TimeSpan FirstLineTime = TimeSpan.FromSeconds(2);

    public static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(20);

    /// <summary>Up to this many attempts are probed by name; beyond it, the directory is listed.</summary>
    private const int MostProbes = 64;

    /// <summary>The records that still matter: this attempt's own, and those of earlier attempts whose command runs.</summary>
    public IReadOnlyList<RunRecord> Find(LeasedTask task)
    {
        if (IsFirstRun(task))
        {
            // A file of that name was left by a queue that was deleted.
            Forget(task);
            return [];
        }

        var found = new List<RunRecord>();
        foreach (var attempt in Attempts(task))
        {
            if (RunRecord.Read(files.Run(task.Id, attempt)) is { } record
                && IsOf(record.Header, task)
                && (record.Header.AttemptToken == task.AttemptToken || record.IsAlive))
            {
                found.Add(record);
            }
        }

        // A command runs on when its record is deleted: it must not be started a second time.
        if (task.TakenOver
            && found.Count == 0
            && RunRecord.FindRunning(files, run => IsOf(run, task) && run.AttemptToken == task.AttemptToken) is { } running)
        {
            found.Add(running);
        }

        return found;
    }

    /// <summary>
    /// Deletes the record of an earlier run that has ended and has the same number, so that a new one can be created. A record of this attempt whose
    /// command may still begin is kept.
    /// </summary>
    public async Task MakeRoomAsync(LeasedTask task)
    {
        if (IsFirstRun(task))
        {
            return;
        }

        var path = files.Run(task.Id, task.Attempt);
        var began = waits.GetTimestamp();
        while (File.Exists(path))
        {
            var record = RunRecord.Read(path);
            if (record is { IsAlive: true } && record.Header.AttemptToken == task.AttemptToken)
            {
                return;
            }

            if (record is not null || waits.GetElapsedTime(began) >= FirstLineTime)
            {
                Forget(task);
                return;
            }

            await Task.Delay(ProbePeriod, waits).ConfigureAwait(false);
        }
    }

    private static bool IsFirstRun(LeasedTask task) => task.AttemptToken == 1 && !task.TakenOver;

    private static bool IsOf(RunHeader run, LeasedTask task) =>
        run.TaskId == task.Id && run.EnqueuedAtMs == task.EnqueuedAt.ToUnixTimeMilliseconds();

    private IEnumerable<int> Attempts(LeasedTask task) =>
        task.AttemptToken <= MostProbes
            ? Enumerable.Range(1, (int)task.AttemptToken).Reverse()
            : files.Attempts(task.Id).Append(task.Attempt).Distinct().OrderDescending();

    private void Forget(LeasedTask task) => CommandFiles.Remove(files.Run(task.Id, task.Attempt));
}
