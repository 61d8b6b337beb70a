using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Approvals;

internal static class GateCommand
{
    public static Command Create() => new Command("gate", "Manage gates, which define what needs an approval: list (default), set, remove.")
        .With(List(), Set(), Remove())
        .WithAction(ListAsync);

    private static Command List() => new Command("list", "Show all gates.").WithAction(ListAsync);

    private static Command Set()
    {
        var name = Name();
        var type = Values.Text("--type", "Tasks of this type; 'deploy.*' matches all types that begin with it.", "TYPE");
        var group = Values.Group("Tasks in this group; 'production/*' matches all groups that begin with it.");
        var metadata = Values.Metadata("Tasks with this metadata key, and this value if one is given.");
        var command = Values.CommandPattern("Commands whose text matches; '*' stands for any characters: 'git push*'. A reminder, not a protection.");
        var approvers = Values.Texts("--approver", "Who may decide. Repeatable. Default: anyone.", "NAME");
        var expires = Values.Duration("--expires", "Reject requests that are not decided within this time. Default: never.");
        return new Command("set", "Create or replace a gate: tasks that match all given conditions need an approval from now on.")
            .With(name, type, group, metadata, command, approvers, expires)
            .WithAction(invocation => DoAsync(invocation, name, async (queue, gate) =>
            {
                var (key, value) = invocation.Get(metadata) is { } text ? Values.ReadMetadata(text) : (null, null);
                await queue.Approvals.SetGateAsync(
                    new ApprovalGate(gate)
                    {
                        Type = invocation.Get(type),
                        Group = invocation.Get(group),
                        MetadataKey = key,
                        MetadataValue = value,
                        Command = invocation.Get(command),
                        Approvers = invocation.Get(approvers) is { Length: > 0 } names ? names : null,
                        ExpiresAfter = invocation.Get(expires),
                    },
                    invocation.Token);
                return "set";
            }));
    }

    private static Command Remove()
    {
        var name = Name();
        return new Command("remove", "Remove a gate; its pending requests still need a decision.")
            .With(name)
            .WithAction(invocation => DoAsync(invocation, name, async (queue, gate) =>
                await queue.Approvals.RemoveGateAsync(gate, invocation.Token) ? "removed" : throw CliException.WrongState($"There is no gate {gate}.")));
    }

    private static Argument<string> Name()
    {
        var name = new Argument<string>("name") { Description = "The gate." };
        name.CompletionSources.Add(QueueCompletions.Gates);
        return name;
    }

    private static Task<int> DoAsync(DqInvocation invocation, Argument<string> name, Func<ITaskQueue, string, Task<string>> action) =>
        ActionReport.RunAsync(invocation, "gate", invocation.Get(name)!, action);

    private static async Task<int> ListAsync(DqInvocation invocation)
    {
        var gates = await (await invocation.OpenAsync()).Approvals.ListGatesAsync(invocation.Token);
        if (invocation.Json)
        {
            invocation.Output.WriteJson(json => TaskJson.WriteAll(json, "gates", gates, ApprovalJson.WriteGate));
            return ExitCode.Done;
        }

        var table = new TextTable("GATE", "TYPE", "GROUP", "METADATA", "COMMAND", "APPROVERS", "EXPIRES");
        foreach (var gate in gates)
        {
            table.Add(
                (gate.Name, Style.Plain),
                (gate.Type ?? "", Style.Plain),
                (gate.Group ?? "", Style.Plain),
                (gate.MetadataValue is { } value ? $"{gate.MetadataKey}={value}" : gate.MetadataKey ?? "", Style.Plain),
                (gate.Command ?? "", Style.Plain),
                (ApprovalsCommand.Approvers(gate.Approvers), Style.Plain),
                (TaskText.Span(gate.ExpiresAfter), Style.Plain));
        }

        invocation.Output.Write(table);
        return ExitCode.Done;
    }
}
