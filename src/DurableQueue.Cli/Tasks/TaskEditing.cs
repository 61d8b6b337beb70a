using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>Changes the command of a queued task.</summary>
internal static class TaskEditing
{
    /// <exception cref="CliException">The task is not a command, or is not queued.</exception>
    public static async Task<CommandTask> ReadAsync(DqInvocation invocation, TaskId id)
    {
        var queue = await invocation.OpenAsync();
        var info = await queue.Inspector.GetAsync(id, invocation.Token) ?? throw new TaskNotFoundException(id);
        return info switch
        {
            { Type: not CommandTask.TypeName } => throw CliException.WrongState($"Task {id} is not a command (its type is {info.Type})."),
            { State: not TaskState.Queued } => throw CliException.WrongState($"Task {id} is not queued (it is {info.State}); only queued tasks can be changed."),
            _ => CommandTask.FromPayload(await queue.Inspector.GetPayloadAsync(id, invocation.Token)),
        };
    }

    public static async Task SaveAsync(DqInvocation invocation, TaskId id, CommandTask command, TaskEdit? edit = null)
    {
        // Checked as for a new task.
        var payload = command.ToTask().Payload;
        await (await invocation.OpenAsync()).Control.EditAsync(id, (edit ?? new TaskEdit()) with { Payload = payload }, invocation.Token);
    }
}
