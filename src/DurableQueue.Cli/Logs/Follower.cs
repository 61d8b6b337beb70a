using DurableQueue.Processes;

namespace DurableQueue.Cli.Logs;

/// <summary>Copies the output of one task, over all its attempts, until the task has ended.</summary>
internal sealed class Follower(CommandLogs logs)
{
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
        using var follower = logs.Follower();
        await foreach (var part in follower.FollowAsync(id, new TaskLogFollowOptions { Attempt = first, LastLines = lines }, cancellationToken))
        {
            (part.Stream == TaskLogStream.Errors ? errors : output)(part.Bytes.Span);
        }

        return follower.Task;
    }
}
