using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>What became of each of several things that one command did: a line or an entry each, and one exit code for all.</summary>
internal sealed class ActionReport
{
    private readonly List<(Subject Subject, string Result, TaskId? Added, string? Error, int Code)> entries = [];

    /// <summary>Opens the queue, does one thing to what has this name, and reports it.</summary>
    public static async Task<int> RunAsync(DqInvocation invocation, string kind, string name, Func<ITaskQueue, string, Task<string>> action)
    {
        var queue = await invocation.OpenAsync();
        var report = new ActionReport();
        await report.DoAsync(kind, name, () => action(queue, name));
        return report.Finish(invocation);
    }

    /// <summary>Does it for one task; that it cannot be done is part of the report.</summary>
    /// <param name="id">The task.</param>
    /// <param name="action">Gives the result: a word or two for people and programs.</param>
    public Task DoAsync(TaskId id, Func<Task<string>> action) => DoAsync(Subject.Of(id), async () => (await action(), null));

    /// <summary>The same for one that makes a new task of it.</summary>
    public Task DoAsync(TaskId id, Func<Task<TaskId>> action) => DoAsync(Subject.Of(id), async () =>
    {
        var added = await action();
        return ($"added as task {added}", added);
    });

    /// <summary>Does it for one group.</summary>
    public Task DoAsync(string group, Func<Task<string>> action) => DoAsync("group", group, action);

    /// <summary>Does it for one thing that has a name.</summary>
    /// <param name="kind">What it is: a word for people, and the field of the JSON that holds the name.</param>
    /// <param name="name">Which one.</param>
    /// <param name="action">Gives the result.</param>
    public Task DoAsync(string kind, string name, Func<Task<string>> action) => DoAsync(new Subject(kind, kind, name, null), async () => (await action(), null));

    /// <summary>The same for one that makes a task.</summary>
    public Task DoAsync(string kind, string name, Func<Task<(string Result, TaskId? Added)>> action) => DoAsync(new Subject(kind, kind, name, null), action);

    /// <summary>Does it for one request for an approval.</summary>
    public Task DoAsync(ApprovalId request, Func<Task<string>> action) =>
        DoAsync(new Subject("request", "request", $"{request}", request.Value), async () => (await action(), null));

    /// <summary>Writes it, and gives the exit code: the first that is not zero.</summary>
    public int Finish(DqInvocation invocation)
    {
        foreach (var (subject, result, _, error, _) in entries)
        {
            invocation.Output.Say(error is null ? $"{subject.Kind} {subject.Name}: {result}" : $"dq: {error}");
        }

        if (entries.Count == 0)
        {
            invocation.Output.Say("There was nothing to do.");
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
            // A wrong argument and a queue that cannot be used concern the whole command.
            entries.Add((subject, "refused", null, Failures.MessageOf(e), code));
        }
    }

    /// <summary>What something was done to: as people are told, and its field in the JSON, a number or a text.</summary>
    private readonly record struct Subject(string Kind, string Field, string Name, long? Number)
    {
        public static Subject Of(TaskId id) => new("task", "id", $"{id}", id.Value);
    }
}
