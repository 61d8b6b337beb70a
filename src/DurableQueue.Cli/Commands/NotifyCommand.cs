using System.CommandLine;
using System.Text.Json;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands;

internal static class NotifyCommand
{
    private const string DefaultSubscriber = "dq";
    private const int PageSize = 10_000;

    public static Command Create() => new Command("notify", "Show notifications: matches in the output of commands, and their ends.").With(List(), Follow(), Acknowledge());

    private static Command List()
    {
        var subscriber = Values.Text("--subscriber", "Only what this subscriber has not acknowledged. Default: everything that is kept.", "NAME");
        var limit = new Option<int>("--limit", "-n") { Description = "Show the newest N; with --subscriber, the oldest N. Default: 100.", HelpName = "N", DefaultValueFactory = _ => 100 };
        return new Command("list", "Show notifications, oldest first.")
            .With(subscriber, limit)
            .WithAction(async invocation =>
            {
                var queue = await invocation.OpenAsync();
                var found = invocation.Get(subscriber) is { } name
                    ? await queue.Notifications.ReadAsync(name, invocation.Get(limit), invocation.Token)
                    : await ReadNewestAsync(queue, invocation.Get(limit), invocation.Token);
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

    /// <summary>The newest ones, oldest first. A subscriber starts with the oldest instead, so that an acknowledgement does not pass over what it was not shown.</summary>
    private static async Task<IReadOnlyList<TaskNotification>> ReadNewestAsync(ITaskQueue queue, int limit, CancellationToken cancellationToken)
    {
        if (limit < 1)
        {
            throw CliException.BadInput("--limit must be at least 1.");
        }

        IReadOnlyList<TaskNotification> page, newest = [];
        do
        {
            page = await queue.Notifications.ListAsync(newest is [.., var last] ? last.Number : 0, PageSize, cancellationToken);
            newest = [.. newest.Concat(page).TakeLast(limit)];
        }
        while (page.Count == PageSize);

        return newest;
    }

    private static Command Follow()
    {
        var subscriber = Subscriber();
        var acknowledge = Values.Flag("--ack", "Acknowledge each one as it is shown.");
        var count = Values.Number("--count", "Stop after N notifications. Default: continue until Ctrl-C.", "-n");
        return new Command("follow", "Show what a subscriber has not acknowledged, then new notifications as they arrive.")
            .With(subscriber, acknowledge, count)
            .WithAction(async invocation =>
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

                    // Shown before it is acknowledged, so that a crash in between shows it again instead of losing it.
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
        var through = new Argument<long>("number") { Description = "The number of the last notification to acknowledge." };
        var subscriber = Subscriber();
        return new Command("ack", "Acknowledge all notifications up to a number for a subscriber.")
            .With(through, subscriber)
            .WithAction(async invocation =>
            {
                var (name, number) = (invocation.Get(subscriber)!, invocation.Get(through));
                await (await invocation.OpenAsync()).Notifications.AcknowledgeAsync(name, number, invocation.Token);
                invocation.Output.Say($"{name} has acknowledged everything up to {number}.");
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
        Description = $"The name of the subscriber. Default: {DefaultSubscriber}.",
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
