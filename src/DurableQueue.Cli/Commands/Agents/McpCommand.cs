using System.CommandLine;
using DurableQueue.Cli.Agents;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Workers;
using DurableQueue.Mcp;

namespace DurableQueue.Cli.Commands.Agents;

internal static class McpCommand
{
    public static Command Create()
    {
        var readOnly = Values.Flag("--read-only", "Offer only tools that change nothing.");
        var allowApprove = Values.Flag("--allow-approve", "Offer a tool that approves and rejects; decisions are recorded under your user name.");
        var noStart = WorkerStart.CreateOption();
        return new Command("mcp", "Offer the queue to agents: an MCP server on standard input and output.")
            .With(readOnly, allowApprove, noStart)
            .WithAction(invocation =>
            {
                if (invocation.Get(readOnly) && invocation.Get(allowApprove))
                {
                    throw CliException.BadInput("--read-only offers no tool that decides; give either --read-only or --allow-approve.");
                }

                var options = new DurableQueueToolOptions { ReadOnly = invocation.Get(readOnly), AllowApprove = invocation.Get(allowApprove), AllowCommands = true };
                return McpServing.RunAsync(invocation, options, WorkerStart.Read(invocation, noStart));
            });
    }
}
