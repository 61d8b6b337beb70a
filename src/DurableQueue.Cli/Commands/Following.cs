using System.Text;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Logs;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;

namespace DurableQueue.Cli.Commands;

/// <summary>Shows the output of tasks until they have ended.</summary>
internal static class Following
{
    /// <returns>0 if all have succeeded, else 5.</returns>
    public static async Task<int> FollowAsync(Invocation invocation, IReadOnlyList<TaskId> ids, int? lines = null, int? first = null)
    {
        var queue = await invocation.OpenAsync();
        foreach (var id in ids)
        {
            _ = await queue.Inspector.GetAsync(id, invocation.Token) ?? throw new TaskNotFoundException(id);
        }

        var gate = new Lock();
        var ends = await WorkerWatch.UnlessNobodyWorksAsync(
            invocation, cancellationToken => Task.WhenAll(ids.Select(id => FollowOneAsync(invocation, id, ids.Count > 1, lines, first, gate, cancellationToken))));
        var failed = false;
        foreach (var id in ids.Where((_, index) => ends[index]?.Outcome != TaskOutcome.Succeeded))
        {
            failed = true;
            invocation.Output.Say(await DescribeAsync(queue, id, invocation.Token));
        }

        return failed ? ExitCode.TaskFailed : ExitCode.Done;
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
        return $"Task {id} {TaskText.Outcome(view)}{error}";
    }

    private static async Task<TaskInfo?> FollowOneAsync(
        Invocation invocation, TaskId id, bool prefixed, int? lines, int? first, Lock gate, CancellationToken cancellationToken)
    {
        var follower = new Follower(await invocation.OpenAsync(), invocation.Files, invocation.Time);
        var prefix = new LinePrefix(Encoding.UTF8.GetBytes($"[{id}] "), Write);
        var info = await follower.FollowAsync(id, lines, first, prefixed ? prefix.Write : Write, prefixed ? prefix.Write : Write, cancellationToken);
        prefix.Finish();
        return info;

        void Write(ReadOnlySpan<byte> bytes)
        {
            lock (gate)
            {
                if (invocation.Json)
                {
                    var text = Encoding.UTF8.GetString(bytes);
                    invocation.Output.WriteJson(json =>
                    {
                        json.WriteNumber("id", id.Value);
                        json.WriteString("output", text);
                    });
                }
                else
                {
                    invocation.Output.Write(bytes);
                }

                invocation.Output.Flush();
            }
        }
    }
}
