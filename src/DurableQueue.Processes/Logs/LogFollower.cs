using System.Runtime.CompilerServices;
using DurableQueue.Processes.Running;

namespace DurableQueue.Processes.Logs;

/// <summary>Reads the output of one task, over all its attempts, until the task has ended.</summary>
/// <param name="inspector">Reads the task.</param>
/// <param name="files">Where its logs are.</param>
/// <param name="time">The clock for polling.</param>
internal sealed class LogFollower(ITaskInspector inspector, CommandFiles files, TimeProvider time) : IDisposable
{
    /// <summary>How often the log is read: there is no signal when a file grows.</summary>
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(50);

    private LogTail? output;
    private LogTail? errors;
    private int attempt;

    /// <summary>The task as it was last read: as it ended, or <see langword="null"/> if it was removed.</summary>
    public TaskInfo? Task { get; private set; }

    public async IAsyncEnumerable<TaskLogPart> FollowAsync(TaskId id, TaskLogFollowOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = options.Attempt;

        // The task is read before its log, so that everything it wrote before it ended is shown.
        while ((Task = await inspector.GetAsync(id, cancellationToken).ConfigureAwait(false)) is { } info)
        {
            if (info.Attempt < attempt)
            {
                // It was retried in place: attempts and their logs start from 1 again.
                (attempt, first) = (0, null);
            }

            // One after the other: several may have ended since the last poll.
            while (attempt < info.Attempt && PresentRun.LogOf(files, info, info.Attempt, errors: false) is not null)
            {
                foreach (var part in ReadNew())
                {
                    yield return part;
                }

                Open(id, attempt == 0 ? first ?? info.Attempt : attempt + 1, attempt == 0 ? options.LastLines : null);
            }

            foreach (var part in ReadNew())
            {
                yield return part;
            }

            if (info.IsFinished)
            {
                yield break;
            }

            await System.Threading.Tasks.Task.Delay(ProbePeriod, time, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        output?.Dispose();
        errors?.Dispose();
    }

    private IEnumerable<TaskLogPart> ReadNew() => (output?.Read() ?? []).Concat(errors?.Read() ?? []);

    private void Open(TaskId id, int next, int? lastLines)
    {
        Dispose();
        attempt = next;
        output = new LogTail(files.Log(id, next), next, TaskLogStream.Output);
        errors = new LogTail(files.ErrorLog(id, next), next, TaskLogStream.Errors);
        if (lastLines is { } lines)
        {
            output.StartAtLast(lines);
            errors.StartAtLast(lines);
        }
    }
}
