using System.CommandLine;
using System.Text.Json;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands;

internal static class NotifyCommand
{
    private const string DefaultSubscriber = "dq";

    public static Command Create() => new Command("notify", "What commands had to tell: matches in their output, and ends.").With(List(), Follow(), Acknowledge());

    private static Command List()
    {
        var subscriber = Values.Text("--subscriber", "Only what this one has not acknowledged. Default: everything that is kept.", "NAME");
        var limit = new Option<int>("--limit", "-n") { Description = "At most so many. Default 100.", HelpName = "N", DefaultValueFactory = _ => 100 };
        return new Command("list", "Show notifications, oldest first.")
            .With(subscriber, limit)
            .Does(async invocation =>
            {
                var queue = await invocation.OpenAsync();
                var found = invocation.Get(subscriber) is { } name
                    ? await queue.Notifications.ReadAsync(name, invocation.Get(limit), invocation.Token)
                    : await queue.Notifications.ListAsync(0, invocation.Get(limit), invocation.Token);
                if (invocation.Json)
                {
                    invocation.Output.WriteJson(json =>
                    {
                        json.WriteStartArray("notifications");
                        foreach (var notification in found)
                        {
                            json.WriteStartObject();
                            Write(json, notification);
                            json.WriteEndObject();
                        }

                        json.WriteEndArray();
                    });
                    return ExitCode.Done;
                }

                foreach (var notification in found)
                {
                    WriteLine(invocation, notification);
                }

                return ExitCode.Done;
            });
    }

    private static Command Follow()
    {
        var subscriber = Subscriber();
        var acknowledge = Values.Flag("--ack", "Acknowledge each one as it is shown.");
        var count = Values.Number("--count", "End after so many. Default: go on until Ctrl-C.", "-n");
        return new Command("follow", "Show what a subscriber has not acknowledged, and then each new one as it comes.")
            .With(subscriber, acknowledge, count)
            .Does(async invocation =>
            {
                var queue = await invocation.OpenAsync();
                var (name, left) = (invocation.Get(subscriber)!, invocation.Get(count) ?? int.MaxValue);
                if (left < 1)
                {
                    throw CliException.BadInput("--count must be at least 1.");
                }

                await foreach (var notification in queue.Notifications.SubscribeAsync(name, invocation.Token))
                {
                    if (invocation.Json)
                    {
                        invocation.Output.WriteJson(json => Write(json, notification));
                    }
                    else
                    {
                        WriteLine(invocation, notification);
                    }

                    // Shown before it is acknowledged: a crash in between shows it again instead of losing it.
                    invocation.Output.Flush();
                    if (invocation.Get(acknowledge))
                    {
                        await queue.Notifications.AcknowledgeAsync(name, notification.Number, invocation.Token);
                    }

                    if (--left == 0)
                    {
                        break;
                    }
                }

                return ExitCode.Done;
            });
    }

    private static Command Acknowledge()
    {
        var through = new Argument<long>("number") { Description = "The last one that is done with." };
        var subscriber = Subscriber();
        return new Command("ack", "Say that a subscriber has done with everything up to a number.")
            .With(through, subscriber)
            .Does(async invocation =>
            {
                var (name, number) = (invocation.Get(subscriber)!, invocation.Get(through));
                await (await invocation.OpenAsync()).Notifications.AcknowledgeAsync(name, number, invocation.Token);
                invocation.Output.Say($"{name} has done with everything up to {number}.");
                if (invocation.Json)
                {
                    invocation.Output.WriteJson(json =>
                    {
                        json.WriteString("subscriber", name);
                        json.WriteNumber("acknowledged_through", number);
                    });
                }

                return ExitCode.Done;
            });
    }

    private static Option<string> Subscriber() => new("--subscriber")
    {
        Description = $"Who reads. Default: {DefaultSubscriber}.",
        HelpName = "NAME",
        DefaultValueFactory = _ => DefaultSubscriber,
    };

    private static void Write(Utf8JsonWriter json, TaskNotification notification)
    {
        json.WriteNumber("number", notification.Number);
        json.WriteString("topic", notification.Topic);
        json.WriteString("text", notification.Text);
        TaskJson.WriteNumber(json, "task_id", notification.TaskId?.Value);
        json.WriteString("name", notification.Name);
        TaskJson.WriteTime(json, "raised_at", notification.RaisedAt);
    }

    private static void WriteLine(DqInvocation invocation, TaskNotification notification)
    {
        var task = notification.TaskId is { } id ? $" task {id}:" : "";
        invocation.Output.Text.WriteLine(SafeText.OneLine(
            $"{notification.Number} {TaskText.Time(notification.RaisedAt, invocation.Time.GetUtcNow())} {notification.Topic}{task} {notification.Text}"));
    }
}
