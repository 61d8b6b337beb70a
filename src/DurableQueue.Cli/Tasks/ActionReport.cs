using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>Collects the result of each action of one command and reports them: a line or an entry each, and one exit code.</summary>
internal sealed class ActionReport
{
    private readonly List<(Subject Subject, string Result, TaskId? Added, string? Error, int Code)> entries = [];

    /// <summary>Opens the queue, performs one action and reports it.</summary>
    public static async Task<int> RunAsync(DqInvocation invocation, string kind, string name, Func<ITaskQueue, string, Task<string>> action)
    {
        var queue = await invocation.OpenAsync();
        var report = new ActionReport();
        await report.DoAsync(kind, name, () => action(queue, name));
        return report.Finish(invocation);
    }

    /// <summary>Performs an action on a task. A failure becomes part of the report.</summary>
    /// <param name="id">The task.</param>
    /// <param name="action">Returns the result in a word or two.</param>
    public Task DoAsync(TaskId id, Func<Task<string>> action) => DoAsync(Subject.Of(id), async () => (await action(), null));

    /// <summary>Performs an action that adds a new task.</summary>
    public Task DoAsync(TaskId id, Func<Task<TaskId>> action) => DoAsync(Subject.Of(id), async () =>
    {
        var added = await action();
        return ($"added as task {added}", added);
    });

    /// <summary>Performs an action on a group.</summary>
    public Task DoAsync(string group, Func<Task<string>> action) => DoAsync("group", group, action);

    /// <summary>Performs an action on something with a name.</summary>
    /// <param name="kind">What it is, for messages and as the JSON field with the name.</param>
    /// <param name="name">Its name.</param>
    /// <param name="action">Returns the result.</param>
    public Task DoAsync(string kind, string name, Func<Task<string>> action) => DoAsync(new Subject(kind, kind, name, null), async () => (await action(), null));

    /// <summary>Performs an action that may add a task.</summary>
    public Task DoAsync(string kind, string name, Func<Task<(string Result, TaskId? Added)>> action) => DoAsync(new Subject(kind, kind, name, null), action);

    /// <summary>Performs an action on an approval request.</summary>
    public Task DoAsync(ApprovalId request, Func<Task<string>> action) =>
        DoAsync(new Subject("request", "request", $"{request}", request.Value), async () => (await action(), null));

    /// <summary>Writes the report.</summary>
    /// <returns>The first exit code that is not zero.</returns>
    public int Finish(DqInvocation invocation)
    {
        foreach (var (subject, result, _, error, _) in entries)
        {
            invocation.Output.Say(error is null ? $"{subject.Kind} {subject.Name}: {result}" : $"dq: {error}");
        }

        if (entries.Count == 0)
        {
            invocation.Output.Say("Nothing to do.");
        }

        if (invocation.Json)
        {
            invocation.Output.WriteJson(json =>
            {
                json.WriteStartArray("results");
                foreach (var (subject, result, added, error, code) in entries)
                {
                    json.WriteStartObject();
                    if (subject.Number is { } number)
                    {
                        json.WriteNumber(subject.Field, number);
                    }
                    else
                    {
                        json.WriteString(subject.Field, subject.Name);
                    }

                    json.WriteBoolean("ok", code == ExitCode.Done);
                    json.WriteString("result", result);
                    json.WriteString("error", error);
                    if (added is { } copy)
                    {
                        json.WriteNumber("new_id", copy.Value);
                    }

                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
        }

        return entries.Select(entry => entry.Code).FirstOrDefault(code => code != ExitCode.Done);
    }

    private async Task DoAsync(Subject subject, Func<Task<(string Result, TaskId? Added)>> action)
    {
        try
        {
            var (result, added) = await action();
            entries.Add((subject, result, added, null, ExitCode.Done));
        }
        catch (Exception e) when (e is not QueueStorageException and not ArgumentException && Failures.CodeOf(e) is { } code)
        {
            // An invalid argument or an unusable queue affects the whole command.
            entries.Add((subject, "refused", null, Failures.MessageOf(e), code));
        }
    }

    /// <summary>What an action was performed on: its name in messages, and its JSON field, a number or a string.</summary>
    private readonly record struct Subject(string Kind, string Field, string Name, long? Number)
    {
        public static Subject Of(TaskId id) => new("task", "id", $"{id}", id.Value);
    }
}
