using System.Text.Json;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands.Notifications;

/// <summary>Shows notifications, to programs and to people.</summary>
internal static class NotificationViews
{
    public static void Write(Utf8JsonWriter json, TaskNotification notification)
    {
        var wake = CommandWake.FromNotification(notification);
        json.WriteNumber("number", notification.Number);
        json.WriteString("topic", notification.Topic);
        json.WriteString("text", notification.Text);
        TaskJson.WriteNumber(json, "task_id", notification.TaskId?.Value);
        json.WriteString("group", notification.Group);
        json.WriteString("label", notification.Label);
        json.WriteString("name", notification.Name);
        TaskJson.WriteTime(json, "raised_at", notification.RaisedAt);
        json.WriteString("tail", wake?.Tail);
        WriteManifest(json, notification, wake);
        json.WriteString("data", wake is null ? notification.Data : null);
    }

    public static void WriteLine(DqInvocation invocation, TaskNotification notification, bool withTail)
    {
        var task = notification.TaskId is { } id ? $" task {id}:" : "";
        var output = invocation.Output.Text;
        output.WriteLine(SafeText.OneLine(
            $"{notification.Number} {TaskText.Time(notification.RaisedAt, invocation.Time.GetUtcNow())} {notification.Topic}{task} {notification.Text}"));
        if (withTail && CommandWake.FromNotification(notification) is { Tail: { Length: > 0 } tail })
        {
            foreach (var line in tail.TrimEnd('\n').Split('\n'))
            {
                output.WriteLine($"    {SafeText.OneLine(line)}");
            }
        }
    }

    private static void WriteManifest(Utf8JsonWriter json, TaskNotification notification, CommandWake? wake)
    {
        if (wake is null)
        {
            json.WriteNull("manifest");
            return;
        }

        json.WriteStartObject("manifest");
        TaskJson.WriteNumber(json, "id", notification.TaskId?.Value);
        json.WriteString("label", notification.Label);
        json.WriteNumber("attempt", wake.Attempt);
        json.WriteString("command", wake.Command);
        json.WriteString("working_dir", wake.WorkingDirectory);
        json.WriteString("log", wake.Log);
        TaskJson.WriteNumber(json, "exit_code", wake.ExitCode);
        json.WriteString("signal", wake.Signal);
        json.WriteEndObject();
    }
}
