using System.Runtime.CompilerServices;
using DurableQueue.Processes.Logs;
using DurableQueue.Processes.Running;
using DurableQueue.Sqlite;

namespace DurableQueue.Processes;

/// <summary>The logs of the commands of one queue, in the directory of this machine.</summary>
public sealed class CommandLogs : ITaskLogs
{
    private readonly ITaskInspector inspector;
    private readonly TimeProvider time;

    /// <summary>Reads the logs of one queue.</summary>
    /// <param name="queue">The queue, open.</param>
    /// <param name="files">Where its commands keep their output.</param>
    /// <param name="time">The clock for following; <see langword="null"/> means the system's.</param>
    public CommandLogs(ITaskQueue queue, CommandFiles files, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(files);
        inspector = queue.Inspector;
        Files = files;
        this.time = time ?? TimeProvider.System;
    }

    /// <summary>Where the commands keep their output and records.</summary>
    public CommandFiles Files { get; }

    /// <inheritdoc />
    public async ValueTask<TaskLog> FindAsync(
        TaskId id, int? attempt = null, TaskLogStream stream = TaskLogStream.Output, CancellationToken cancellationToken = default)
    {
        // Before the file: what an attempt wrote until it ended is there.
        var task = await inspector.GetAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new TaskNotFoundException(id);
        return await FindAsync(task, attempt, stream, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask<TaskLogPart> ReadAsync(TaskLog log, long from, int maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxBytes, TaskLogPart.MaxBytes);
        cancellationToken.ThrowIfCancellationRequested();
        if (log.Status != TaskLogStatus.Present)
        {
            throw new FileNotFoundException(log.Missing ?? $"Task {log.Id} has no such log.");
        }

        using var file = LogFile.Open(PathOf(log));
        var size = RandomAccess.GetLength(file);
        var start = from < 0 ? Math.Max(0, size + from) : Math.Min(from, size);

        // What is written meanwhile would make the part longer than its size.
        var bytes = new byte[(int)Math.Min(maxBytes, size - start)];
        var read = LogFile.ReadFully(file, bytes, start);
        return new(new TaskLogPart
        {
            Attempt = log.Attempt,
            Stream = log.Stream,
            Bytes = bytes.AsMemory(0, read),
            From = start,
            Size = Math.Max(size, start + read),
            Ended = log.Ended,
        });
    }

    /// <inheritdoc />
    public IAsyncEnumerable<TaskLogPart> FollowAsync(TaskId id, TaskLogFollowOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new TaskLogFollowOptions();
        if (options.Attempt < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Attempt, $"{nameof(options.Attempt)} must be at least 1.");
        }

        if (options.LastLines < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.LastLines, $"{nameof(options.LastLines)} must not be negative.");
        }

        return FollowCheckedAsync(id, options, cancellationToken);
    }

    /// <summary>The file of a log that is present.</summary>
    internal string PathOf(TaskLog log) => log.Stream == TaskLogStream.Errors ? Files.ErrorLog(log.Id, log.Attempt) : Files.Log(log.Id, log.Attempt);

    /// <summary>Follows as <see cref="FollowAsync"/> does, and knows how the task ended.</summary>
    internal LogFollower Follower() => new(inspector, Files, time);

    /// <summary>The same for a task that was read before.</summary>
    internal async ValueTask<TaskLog> FindAsync(TaskInfo task, int? attempt, TaskLogStream stream, CancellationToken cancellationToken)
    {
        var log = new TaskLog
        {
            Id = task.Id,
            Attempt = attempt ?? task.Attempt,
            Stream = stream,
            Status = TaskLogStatus.Present,
            Ended = task.State != TaskState.CheckedOut || (attempt ?? task.Attempt) < task.Attempt,
        };
        if (task.Type == CommandTask.TypeName
            && PresentRun.LogOf(Files, task, log.Attempt, stream == TaskLogStream.Errors) is not null
            && TryMeasure(PathOf(log)) is { } size)
        {
            return log with { Size = size };
        }

        return await ExplainAsync(log, task, cancellationToken).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<TaskLogPart> FollowCheckedAsync(
        TaskId id, TaskLogFollowOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _ = await inspector.GetAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new TaskNotFoundException(id);
        using var follower = Follower();
        await foreach (var part in follower.FollowAsync(id, options, cancellationToken).ConfigureAwait(false))
        {
            yield return part;
        }
    }

    private static long? TryMeasure(string path)
    {
        try
        {
            using var file = LogFile.Open(path);
            return RandomAccess.GetLength(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Says why there is no log to read.</summary>
    private async ValueTask<TaskLog> ExplainAsync(TaskLog log, TaskInfo task, CancellationToken cancellationToken)
    {
        if (task.Type != CommandTask.TypeName)
        {
            return Missing(TaskLogStatus.NoLog, $"Task {task.Id} is not a command (its type is {task.Type}); it has no log.");
        }

        if (log.Stream == TaskLogStream.Errors && !await KeepsErrorsSeparateAsync(task.Id, cancellationToken).ConfigureAwait(false))
        {
            return Missing(TaskLogStatus.NotSeparate, $"Task {task.Id} has no separate standard error: its log has both.");
        }

        if (log.Attempt == 0)
        {
            return Missing(TaskLogStatus.NotStarted, $"Task {task.Id} has not started yet.");
        }

        if (log.Attempt < 0 || log.Attempt > task.Attempt)
        {
            return Missing(TaskLogStatus.NoSuchAttempt, $"Task {task.Id} has had no attempt {log.Attempt}.");
        }

        if (PresentRun.LogOf(Files, task, log.Attempt, log.Stream == TaskLogStream.Errors) is null)
        {
            return Missing(TaskLogStatus.NothingWritten, $"Task {task.Id} has written nothing yet.");
        }

        var what = $"The log of task {task.Id}, attempt {log.Attempt}, is not in {Files.LogDirectory}";
        var workers = await inspector.GetWorkersAsync(cancellationToken).ConfigureAwait(false);
        if (workers.FirstOrDefault(worker => worker.Name == task.Worker)?.Host is { } host && host != Environment.MachineName)
        {
            return Missing(TaskLogStatus.OnAnotherHost, $"{what}: its worker is on the machine {host}.") with { Host = host };
        }

        if (!log.Ended)
        {
            return (OperatingSystem.IsLinux() ? RunRecord.FindPath(run => IsOf(run, task, log.Attempt)) : null) switch
            {
                null => Missing(TaskLogStatus.NothingWritten, $"Task {task.Id} has written nothing yet."),
                { } record when record == Files.Run(task.Id, log.Attempt) =>
                    Missing(TaskLogStatus.Removed, $"{what}: it was removed while the command was running."),
                { } record => Missing(
                    TaskLogStatus.InAnotherDirectory, $"{what}: its worker writes it to {Path.ChangeExtension(record, Path.GetExtension(PathOf(log)))}."),
            };
        }

        return Missing(
            TaskLogStatus.Removed,
            $"{what}: it was removed, for example by 'dq clean --logs-older-than', or its worker ({task.Worker}) writes logs to another directory.");

        TaskLog Missing(TaskLogStatus status, string message) => log with { Status = status, Missing = message };
    }

    private async ValueTask<bool> KeepsErrorsSeparateAsync(TaskId id, CancellationToken cancellationToken) =>
        CommandTask.FromPayload(await inspector.GetPayloadAsync(id, cancellationToken).ConfigureAwait(false)).SeparateErrors;

    private static bool IsOf(RunHeader run, TaskInfo task, int attempt) =>
        run.TaskId == task.Id && run.Attempt == attempt && run.EnqueuedAtMs == task.EnqueuedAt.ToUnixTimeMilliseconds();
}
