using DurableQueue.Processes;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.Logs;

/// <summary>Passes on the output of one task, over all its attempts, until the task has ended.</summary>
/// <param name="queue">The queue.</param>
/// <param name="files">Where its logs are.</param>
/// <param name="time">The clock of the looks.</param>
internal sealed class Follower(ITaskQueue queue, CommandFiles files, TimeProvider time)
{
    /// <summary>Files tell nobody that they grow.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    /// <param name="id">The task.</param>
    /// <param name="lines">Begin with so many of the lines that are there; <see langword="null"/> means all.</param>
    /// <param name="first">The attempt to begin with; <see langword="null"/> means that of the moment.</param>
    /// <param name="output">Gets the log.</param>
    /// <param name="errors">Gets the standard error of a command that keeps it apart.</param>
    /// <param name="cancellationToken">Ends the following.</param>
    /// <returns>The task as it ended; <see langword="null"/> if it was removed.</returns>
    public async Task<TaskInfo?> FollowAsync(
        TaskId id, int? lines, int? first, Action<ReadOnlySpan<byte>> output, Action<ReadOnlySpan<byte>> errors, CancellationToken cancellationToken)
    {
        var attempt = 0;
        LogTail? log = null;
        LogTail? errorLog = null;
        try
        {
            while (true)
            {
                // First the task, then its log: what it wrote before it ended is read.
                var info = await queue.Inspector.GetAsync(id, cancellationToken);
                if (info is null)
                {
                    return null;
                }

                if (info.Attempt < attempt)
                {
                    // It was retried in place: attempts, and their logs, begin anew.
                    (attempt, first) = (0, null);
                }

                // One after the other: several may have ended since the last look.
                while (attempt < info.Attempt && PresentRun.LogOf(files, info, info.Attempt, errors: false) is not null)
                {
                    log?.Read(output);
                    errorLog?.Read(errors);
                    log?.Dispose();
                    errorLog?.Dispose();
                    var next = attempt == 0 ? first ?? info.Attempt : attempt + 1;
                    (log, errorLog) = (new LogTail(files.Log(id, next)), new LogTail(files.ErrorLog(id, next)));
                    if (attempt == 0 && lines is { } last)
                    {
                        log.StartAtLast(last);
                        errorLog.StartAtLast(last);
                    }

                    attempt = next;
                }

                log?.Read(output);
                errorLog?.Read(errors);
                if (info.IsFinished)
                {
                    return info;
                }

                await Task.Delay(LookEvery, time, cancellationToken);
            }
        }
        finally
        {
            log?.Dispose();
            errorLog?.Dispose();
        }
    }
}
