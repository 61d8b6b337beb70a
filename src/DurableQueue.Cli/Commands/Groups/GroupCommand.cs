using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Groups;

internal static class GroupCommand
{
    public static Command Create()
    {
        var command = new Command("group", "Manage groups: list (default), add, remove, limit, pause, resume, pause-on-failure.")
            .With(List(), Add(), Remove(), Limit(), Pause(), Resume(), PauseOnFailure())
            .WithAction(ListAsync);
        return command;
    }

    private static Command List() => new Command("list", "Show all groups.").WithAction(ListAsync);

    private static Command Add()
    {
        var name = Name();
        var limit = Values.Number("--limit", "How many of its tasks may run at once; 0 means no limit. Default: that of the settings, or none.", "--parallel", "-p");
        var ifMissing = Values.Flag("--if-missing", "Do nothing if the group exists; with --limit, if it exists with this limit.");
        return new Command("add", "Create a group; it must not exist, unless --if-missing is given.")
            .With(name, limit, ifMissing)
            .WithAction(invocation => DoAsync(invocation, name, async (queue, group) =>
            {
                invocation.RequireSettings();
                if (await queue.Groups.CreateAsync(group, invocation.Get(limit) ?? invocation.NewGroups.ByName.GetValueOrDefault(group), invocation.Token))
                {
                    return "added";
                }

                if (!invocation.Get(ifMissing))
                {
                    throw CliException.WrongState($"The group {group} already exists.");
                }

                var existing = await queue.Groups.GetAsync(group, invocation.Token) ?? throw new GroupNotFoundException(group);
                NewGroups.RequireLimit(existing, invocation.Get(limit) ?? existing.Parallelism);
                return "exists";
            }));
    }

    private static Command Remove()
    {
        var name = Name();
        return new Command("remove", "Remove a group that has no unfinished tasks.")
            .With(name)
            .WithAction(invocation => DoAsync(invocation, name, async (queue, group) =>
            {
                if (group == NewTask.DefaultGroup)
                {
                    throw CliException.WrongState("The group default cannot be removed.");
                }

                await queue.Groups.RemoveAsync(group, invocation.Token);
                return "removed";
            }));
    }

    private static Command Limit()
    {
        var name = Name();
        var limit = new Argument<int>("limit") { Description = "How many of its tasks may run at once; 0 means no limit.", HelpName = "N" };
        var create = Values.Flag("--create", "Create the group if it does not exist.");
        return new Command("limit", "Set how many tasks of a group may run at once.")
            .With(name, limit, create)
            .WithAction(invocation => DoAsync(invocation, name, async (queue, group) =>
            {
                await (invocation.Get(create)
                    ? queue.Groups.EnsureAsync(group, invocation.Get(limit), invocation.Token)
                    : queue.Groups.SetParallelismAsync(group, invocation.Get(limit), invocation.Token));
                return invocation.Get(limit) == 0 ? "no limit" : $"limit {invocation.Get(limit)}";
            }));
    }

    private static Command Pause()
    {
        var name = Name();
        return new Command("pause", "Start no more tasks of a group; running ones continue ('dq pause -g' stops them too).")
            .With(name)
            .WithAction(invocation => DoAsync(invocation, name, async (queue, group) =>
            {
                await queue.Groups.PauseAsync(group, invocation.Token);
                return "paused";
            }));
    }

    private static Command Resume()
    {
        var name = Name();
        return new Command("resume", "Start tasks of a group again.")
            .With(name)
            .WithAction(invocation => DoAsync(invocation, name, async (queue, group) =>
            {
                await queue.Groups.ResumeAsync(group, invocation.Token);
                return "resumed";
            }));
    }

    private static Command PauseOnFailure()
    {
        var name = Name();
        var onOrOff = new Argument<string>("on|off") { Description = "Whether to pause the group when one of its tasks fails for good." };
        onOrOff.AcceptOnlyFromAmong("on", "off");
        return new Command("pause-on-failure", "Pause a group automatically when one of its tasks fails for good.")
            .With(name, onOrOff)
            .WithAction(invocation => DoAsync(invocation, name, async (queue, group) =>
            {
                await queue.Groups.SetPauseOnFailureAsync(group, invocation.Get(onOrOff) == "on", invocation.Token);
                return $"pause on failure {invocation.Get(onOrOff)}";
            }));
    }

    private static Argument<string> Name()
    {
        var name = new Argument<string>("name") { Description = "The group." };
        name.CompletionSources.Add(QueueCompletions.Groups);
        return name;
    }

    private static Task<int> DoAsync(DqInvocation invocation, Argument<string> name, Func<ITaskQueue, string, Task<string>> action) =>
        ActionReport.RunAsync(invocation, "group", invocation.Get(name)!, action);

    private static async Task<int> ListAsync(DqInvocation invocation)
    {
        var groups = await (await invocation.OpenAsync()).Groups.ListAsync(invocation.Token);
        if (invocation.Json)
        {
            invocation.Output.WriteJson(json => GroupJson.WriteAll(json, groups));
            return ExitCode.Done;
        }

        var table = new TextTable("GROUP", "LIMIT", "STATE", "RUNNING", "QUEUED", "DONE", "FAILED", "CANCELLED");
        foreach (var group in groups)
        {
            table.Add(
                (group.Name, Style.Plain),
                (group.Parallelism == 0 ? "none" : $"{group.Parallelism}", Style.Plain),
                (group.Paused ? "paused" : "active", group.Paused ? Style.Yellow : Style.Plain),
                ($"{group.Running}", Style.Plain),
                ($"{group.Counts.Queued}", Style.Plain),
                ($"{group.Counts.Done}", Style.Plain),
                ($"{group.Counts.Failed}", group.Counts.Failed > 0 ? Style.Red : Style.Plain),
                ($"{group.Counts.Cancelled}", Style.Plain));
        }

        invocation.Output.Write(table);
        return ExitCode.Done;
    }
}
