using System.CommandLine;
using System.Text;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Control;

internal static class SendCommand
{
    public static Command Create()
    {
        var id = Values.Id("id", "A running task.");
        var text = new Argument<string?>("text") { Description = "The text to write. Nothing is added, not even a line end.", Arity = ArgumentArity.ZeroOrOne };
        var eof = Values.Flag("--eof", "Close its input afterwards.");
        return new Command("send", "Write to the standard input of a running command.")
            .With(id, text, eof)
            .WithAction(async invocation =>
            {
                if (invocation.Get(text) is null && !invocation.Get(eof))
                {
                    throw CliException.BadInput("There is nothing to send. Give a text, --eof or both.");
                }

                var (task, control) = (invocation.Get(id), await invocation.OpenControlAsync());
                var report = new ActionReport();
                await report.DoAsync(task, async () =>
                {
                    if (invocation.Get(text) is { } input && !await control.SendAsync(task, Encoding.UTF8.GetBytes(input), invocation.Token))
                    {
                        throw await NoInputAsync(invocation, task);
                    }

                    if (invocation.Get(eof) && !await control.CloseInputAsync(task, invocation.Token))
                    {
                        throw await NoInputAsync(invocation, task);
                    }

                    return "sent";
                });
                return report.Finish(invocation);
            });
    }

    private static async Task<Exception> NoInputAsync(DqInvocation invocation, TaskId id)
    {
        var info = await (await invocation.OpenAsync()).Inspector.GetAsync(id, invocation.Token);
        return info is null
            ? new TaskNotFoundException(id)
            : CliException.WrongState($"Task {id} takes no input: its command is not running (it is {info.State}), or its input is closed.");
    }
}
