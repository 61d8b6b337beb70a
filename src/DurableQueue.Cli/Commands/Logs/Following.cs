using System.Text;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Logs;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;

namespace DurableQueue.Cli.Commands.Logs;

/// <summary>Shows the output of tasks until they have ended.</summary>
internal static class Following
{
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(100);

    /// <param name="invocation">The command.</param>
    /// <param name="ids">The tasks.</param>
    /// <param name="lines">How many of the existing lines to start with; <see langword="null"/> means all.</param>
    /// <param name="first">The attempt to start with; <see langword="null"/> means the current one.</param>
    /// <param name="describe">Say of each task that did not succeed how it ended.</param>
    /// <returns>0 if all succeeded, else 5; 123 if the output is no longer read while one of them continues.</returns>
    public static async Task<int> FollowAsync(DqInvocation invocation, IReadOnlyList<TaskId> ids, int? lines = null, int? first = null, bool describe = true)
    {
        RunSlot.RequireOthers(invocation, ids);
        var queue = await invocation.OpenAsync();
        foreach (var id in ids)
        {
            _ = await queue.Inspector.GetAsync(id, invocation.Token) ?? throw new TaskNotFoundException(id);
        }

        var sync = new Lock();
        try
        {
            await WorkerWatch.WithWorkerAsync(invocation, () => ids, cancellationToken => WhileReadAsync(
                invocation, token => Task.WhenAll(ids.Select(id => FollowOneAsync(invocation, id, ids.Count > 1, lines, first, sync, token))), cancellationToken));
        }
        catch (OutputClosedException)
        {
            var unfinished = new List<TaskId>();
            foreach (var id in ids)
            {
                if (await queue.Inspector.GetAsync(id, invocation.Token) is { IsFinished: false })
                {
                    unfinished.Add(id);
                }
            }

            if (unfinished.Count > 0)
            {
                return Detach(invocation, unfinished);
            }

            invocation.Output.Forget();
        }

        var failed = false;
        foreach (var id in ids)
        {
            if (await queue.Inspector.GetAsync(id, invocation.Token) is { Outcome: TaskOutcome.Succeeded })
            {
                continue;
            }

            failed = true;
            if (describe)
            {
                invocation.Output.Say(await DescribeAsync(queue, id, invocation.Token));
            }
        }

        return failed ? ExitCode.TaskFailed : ExitCode.Done;
    }

    /// <summary>Follows until the end, or until the output is no longer read, even if there is nothing to write.</summary>
    /// <exception cref="OutputClosedException">The other end of the pipe was closed.</exception>
    public static async Task<T> WhileReadAsync<T>(DqInvocation invocation, Func<CancellationToken, Task<T>> follow, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = follow(ended.Token);
        try
        {
            while (!following.IsCompleted)
            {
                invocation.Output.ThrowIfClosed();
                await Task.WhenAny(following, Task.Delay(ProbePeriod, invocation.Time, ended.Token));
            }

            return await following;
        }
        finally
        {
            await ended.CancelAsync();
            await following.ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>Tells how to follow or stop tasks that are no longer followed here.</summary>
    public static int Detach(DqInvocation invocation, IReadOnlyList<TaskId> ids)
    {
        var names = string.Join(' ', ids);
        var (subject, verb, objects) = ids.Count == 1 ? ("Task", "continues", "it") : ("Tasks", "continue", "them");
        invocation.Output.Say($"{subject} {names} {verb}: 'dq follow {names}' shows the output, 'dq kill {names}' stops {objects}.");
        invocation.Output.Forget();
        return ExitCode.Detached;
    }

    /// <summary>How a task ended, in one line.</summary>
    public static async Task<string> DescribeAsync(ITaskQueue queue, TaskId id, CancellationToken cancellationToken)
    {
        if (await queue.Inspector.GetAsync(id, cancellationToken) is not { } info)
        {
            return $"Task {id} was removed.";
        }

        var view = (await TaskViews.AddContentsAsync(queue, [info], cancellationToken))[0];
        var error = info.LastError is { } text && view.Result is null ? $": {text}" : ".";
        return SafeText.OneLine($"Task {id} {TaskText.Outcome(view)}{error}");
    }

    private static async Task<TaskInfo?> FollowOneAsync(
        DqInvocation invocation, TaskId id, bool prefixed, int? lines, int? first, Lock sync, CancellationToken cancellationToken)
    {
        var follower = new Follower(await invocation.OpenLogsAsync());
        if (invocation.Json)
        {
            // Output and errors are separate streams, and either may stop within a character.
            var (output, errors) = (new TaskLogDecoder(), new TaskLogDecoder());
            var ended = await follower.FollowAsync(
                id, lines, first, bytes => WriteJson(output.Decode(bytes)), bytes => WriteJson(errors.Decode(bytes)), cancellationToken);
            WriteJson(output.Decode([], isLast: true));
            WriteJson(errors.Decode([], isLast: true));
            return ended;
        }

        if (!prefixed)
        {
            return await follower.FollowAsync(id, lines, first, Write, Write, cancellationToken);
        }

        var name = Encoding.UTF8.GetBytes($"[{id}] ");
        var (outputLines, errorLines) = (new LinePrefix(name, Write), new LinePrefix(name, Write));
        var info = await follower.FollowAsync(id, lines, first, outputLines.Write, errorLines.Write, cancellationToken);
        outputLines.Finish();
        errorLines.Finish();
        return info;

        void Write(ReadOnlySpan<byte> bytes)
        {
            lock (sync)
            {
                invocation.Output.Write(bytes);
                invocation.Output.Flush();
            }
        }

        void WriteJson(ReadOnlySpan<char> text)
        {
            if (text.IsEmpty)
            {
                return;
            }

            var output = text.ToString();
            lock (sync)
            {
                invocation.Output.WriteJson(json =>
                {
                    json.WriteNumber("id", id.Value);
                    json.WriteString("output", output);
                });
                invocation.Output.Flush();
            }
        }
    }
}
