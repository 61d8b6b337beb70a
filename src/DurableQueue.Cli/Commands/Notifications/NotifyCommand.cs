using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Workers;
using DurableQueue.Cli.Workers;

namespace DurableQueue.Cli.Commands.Notifications;

internal static class NotifyCommand
{
    private const string DefaultSubscriber = "dq";

    public static Command Create() => new Command("notify", "Show notifications: matches in the output of commands, and their ends.").With(List(), Follow(), Acknowledge());

    private static Command List()
    {
        var subscriber = Values.Text("--subscriber", "Only what this subscriber has not acknowledged. Default: everything that is kept.", "NAME");
        var limit = new Option<int>("--limit", "-n") { Description = "Show the newest N; with --subscriber, the oldest N. Default: 100.", HelpName = "N", DefaultValueFactory = _ => 100 };
        var (filter, tail) = (new NotificationFilter(), Tail());
        return new Command("list", "Show notifications, oldest first.")
            .With([subscriber, .. filter.All, tail, limit])
            .WithAction(async invocation =>
            {
                if (invocation.Get(limit) < 1)
                {
                    throw CliException.BadInput("--limit must be at least 1.");
                }

                // A subscriber starts with the oldest, so that an acknowledgement does not pass over what it was not shown.
                var name = invocation.Get(subscriber);
                var queue = await invocation.OpenAsync();
                var found = await queue.Notifications.QueryAsync(
                    filter.Read(invocation) with { Subscriber = name, Newest = name is null, Limit = invocation.Get(limit) }, invocation.Token);
                await SayWhatIsLostAsync(invocation, queue, name);
                if (invocation.Json)
                {
                    invocation.Output.WriteJson(json =>
                    {
                        json.WriteStartArray("notifications");
                        foreach (var notification in found)
                        {
                            json.WriteStartObject();
                            NotificationViews.Write(json, notification);
                            json.WriteEndObject();
                        }

                        json.WriteEndArray();
                    });
                    return ExitCode.Done;
                }

                foreach (var notification in found)
                {
                    NotificationViews.WriteLine(invocation, notification, invocation.Get(tail));
                }

                return ExitCode.Done;
            });
    }

    private static Command Follow()
    {
        var subscriber = Subscriber();
        var acknowledge = Values.Flag("--ack", "Acknowledge each one as it is shown, and with it all before it, also those that are filtered out.");
        var isNew = Values.Flag("--new", "Begin now: leave out what was raised before.");
        var count = Values.Number("--count", "Stop after N notifications. Default: continue until Ctrl-C.", "-n");
        var (filter, tail) = (new NotificationFilter(), Tail());
        return new Command("follow", "Show what a subscriber has not acknowledged, then new notifications as they arrive.")
            .With([subscriber, .. filter.All, isNew, acknowledge, tail, count])
            .WithAction(async invocation =>
            {
                if (invocation.Get(count) < 1)
                {
                    throw CliException.BadInput("--count must be at least 1.");
                }

                var queue = await invocation.OpenAsync();
                var (name, left) = (invocation.Get(subscriber)!, invocation.Get(count) ?? int.MaxValue);
                var query = filter.Read(invocation) with { Subscriber = name };
                if (invocation.Get(isNew))
                {
                    query = query with { After = await queue.Notifications.GetLastNumberAsync(invocation.Token) };
                    invocation.Output.Say($"dq: showing notifications after number {query.After}.");
                }
                else
                {
                    await SayWhatIsLostAsync(invocation, queue, name);
                }

                using var ended = CancellationTokenSource.CreateLinkedTokenSource(invocation.Token);
                var notes = WorkerNotes.SayAsync(invocation, filter.Groups(invocation), ended.Token);
                try
                {
                    return await RunSlot.WithoutAsync(invocation, ShowAllAsync, invocation.Token);
                }
                finally
                {
                    await ended.CancelAsync();
                    await notes;
                }

                async Task<int> ShowAllAsync(CancellationToken cancellationToken)
                {
                    await foreach (var notification in queue.Notifications.FollowAsync(query, cancellationToken))
                    {
                        Show(invocation, notification, invocation.Get(tail));
                        if (invocation.Get(acknowledge))
                        {
                            await queue.Notifications.AcknowledgeAsync(name, notification.Number, cancellationToken);
                        }

                        if (--left == 0)
                        {
                            break;
                        }
                    }

                    return ExitCode.Done;
                }
            });
    }

    /// <summary>Flushed before it is acknowledged, so that a crash in between shows it again instead of losing it.</summary>
    private static void Show(DqInvocation invocation, TaskNotification notification, bool withTail)
    {
        if (invocation.Json)
        {
            invocation.Output.WriteJson(json => NotificationViews.Write(json, notification));
        }
        else
        {
            NotificationViews.WriteLine(invocation, notification, withTail);
        }

        invocation.Output.Flush();
    }

    /// <summary>A subscriber that was away while more were raised than are kept has missed some.</summary>
    private static async ValueTask SayWhatIsLostAsync(DqInvocation invocation, ITaskQueue queue, string? subscriber)
    {
        if (subscriber is null
            || (await queue.Notifications.ListSubscribersAsync(invocation.Token)).FirstOrDefault(each => each.Name == subscriber) is not { } known)
        {
            return;
        }

        var horizon = await queue.Notifications.GetHorizonAsync(invocation.Token);
        if (horizon > known.AcknowledgedThrough)
        {
            invocation.Output.Say(
                $"dq: notifications {known.AcknowledgedThrough + 1} to {horizon} were deleted to make room for newer ones before {subscriber} acknowledged them.");
        }
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

    private static Option<bool> Tail() => Values.Flag("--tail", "Also show the last lines of the output that a notification carries. In JSON they always are.");

    private static Option<string> Subscriber() => new("--subscriber")
    {
        Description = $"The name of the subscriber. Default: {DefaultSubscriber}.",
        HelpName = "NAME",
        DefaultValueFactory = _ => DefaultSubscriber,
    };
}
