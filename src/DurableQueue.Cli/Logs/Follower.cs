using DurableQueue.Processes;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.Logs;

/// <summary>Copies the output of one task, over all its attempts, until the task has ended.</summary>
/// <param name="queue">The queue.</param>
/// <param name="files">Where its logs are.</param>
/// <param name="time">The clock for polling.</param>
internal sealed class Follower(ITaskQueue queue, CommandFiles files, TimeProvider time)
{
    /// <summary>How often the log is read: there is no signal when a file grows.</summary>
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(50);

    /// <param name="id">The task.</param>
    /// <param name="lines">How many of the existing lines to start with; <see langword="null"/> means all.</param>
    /// <param name="first">The attempt to start with; <see langword="null"/> means the current one.</param>
    /// <param name="output">Receives the log.</param>
    /// <param name="errors">Receives the standard error if the command keeps it separate.</param>
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
                // The task is read before its log, so that everything it wrote before it ended is shown.
                var info = await queue.Inspector.GetAsync(id, cancellationToken);
                if (info is null)
                {
                    return null;
                }

                if (info.Attempt < attempt)
                {
                    // It was retried in place: attempts and their logs start from 1 again.
                    (attempt, first) = (0, null);
                }

                // One after the other: several may have ended since the last poll.
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

                await Task.Delay(ProbePeriod, time, cancellationToken);
            }
        }
        finally
        {
            log?.Dispose();
            errorLog?.Dispose();
        }
    }
}
