using System.Text.Json;
using DurableQueue.Cli.Dashboards.Messages;
using DurableQueue.Dashboard;
using DurableQueue.Dashboard.Inputs;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Dashboard;

/// <summary>dq as the program around the dashboard: what is added here is as if dq had added it where it was started.</summary>
internal sealed class DqHost(DashboardStart start, NoticeWriter notices) : DashboardHost
{
    private readonly CommandTask template = CommandTask.FromPayload(start.Command);

    public override string DefaultGroup => start.Group;

    public override NewTask Complete(NewTask task)
    {
        if (task.Type != CommandTask.TypeName || task.Payload.IsEmpty)
        {
            return task;
        }

        var command = Read(task.Payload);
        var directory = Path.GetFullPath(command.WorkingDirectory ?? "", template.WorkingDirectory!);
        return Directory.Exists(directory)
            ? task with { Timeout = task.Timeout ?? start.Timeout, Payload = Complete(command, directory).ToPayload() }
            : throw new InputException("directory", $"The directory {directory} does not exist.");
    }

    public override void Changed(IReadOnlyList<TaskId> tasks) => notices.Write(new DashboardNotice { Tasks = [.. tasks.Select(task => task.Value)] });

    public override void GroupChanged(string group) => notices.Write(new DashboardNotice { Group = group });

    private CommandTask Complete(CommandTask command, string directory) => command with
    {
        WorkingDirectory = directory,
        Environment = command.Environment ?? template.Environment,
        KillGrace = command.KillGrace ?? template.KillGrace,
        Nice = command.Nice ?? template.Nice,
        IoNice = command.IoNice ?? template.IoNice,
        CpuWeight = command.CpuWeight ?? template.CpuWeight,
        IoWeight = command.IoWeight ?? template.IoWeight,
    };

    private static CommandTask Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            return CommandTask.FromPayload(payload);
        }
        catch (JsonException)
        {
            throw new InputException("payload", "The payload is not that of a command.");
        }
    }
}
