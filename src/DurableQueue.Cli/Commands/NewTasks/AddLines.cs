using System.Text.Json;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands.NewTasks;

/// <summary><c>dq add -</c>: a task for each line of standard input, all with the same options.</summary>
internal static class AddLines
{
    /// <summary>The limit of one enqueue; more tasks are added in parts.</summary>
    private const int MostAtOnce = 10_000;

    /// <param name="invocation">The run of the command.</param>
    /// <param name="template">The task, with another command.</param>
    /// <param name="lines">The commands.</param>
    /// <param name="parallel">The limit that the group must have.</param>
    /// <returns>The ids, in the order of the lines.</returns>
    public static async Task<List<TaskId>> AddAsync(DqInvocation invocation, NewTask template, List<string> lines, int? parallel)
    {
        var queue = await invocation.OpenAsync();
        var command = CommandTask.FromPayload(template.Payload);
        return await Adding.ToGroupAsync(invocation, template.Group, parallel, async () =>
        {
            var ids = new List<TaskId>(lines.Count);
            foreach (var part in lines.Chunk(MostAtOnce))
            {
                // Made a part at a time: each payload contains the environment.
                ids.AddRange(await queue.EnqueueAsync([.. part.Select(line => template with { Payload = (command with { CommandLine = line }).ToPayload() })], invocation.Token));
                invocation.Output.Forget();
                invocation.Output.Remember(Describe(ids));
            }

            return ids;
        });
    }

    /// <summary>Writes the tasks, and why the first does not run: the others have the same settings.</summary>
    public static void Write(Utf8JsonWriter json, List<TaskId> ids, List<string> lines, TaskView first)
    {
        json.WriteString("group", first.Info.Group);
        json.WriteString("label", first.Info.Label);
        TaskJson.WriteReasons(json, first.Reasons);
        json.WriteStartArray("tasks");
        foreach (var (id, line) in ids.Zip(lines))
        {
            json.WriteStartObject();
            json.WriteNumber("id", id.Value);
            json.WriteString("command", line);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static string Describe(List<TaskId> ids) => ids.Count == 1 ? $"Task {ids[0]} was added." : $"{ids.Count} tasks were added: {ids[0]} to {ids[^1]}.";
}
