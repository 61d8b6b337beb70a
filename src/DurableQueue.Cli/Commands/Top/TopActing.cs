using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Top;

namespace DurableQueue.Cli.Commands.Top;

/// <summary>Acts on the selected task beside the screen, one action at a time, and asks first where something is lost.</summary>
/// <param name="invocation">The command.</param>
/// <param name="state">Shows the question and the message.</param>
/// <param name="publish">Takes the result, on any thread.</param>
internal sealed class TopActing(DqInvocation invocation, TopState state, Action<TopEvent> publish)
{
    /// <summary>What is done when the question is answered with yes.</summary>
    private (TopAction Action, TaskView Task)? asked;

    /// <summary>The action that is at work, or was the last.</summary>
    public Task Current { get; private set; } = Task.CompletedTask;

    public void Ask(TopAction action, TaskView task)
    {
        if (TopActions.Question(action, task) is { } question)
        {
            (state.Question, asked) = (question, (action, task));
        }
        else
        {
            Start(action, task);
        }
    }

    public void Answer(ConsoleKeyInfo key)
    {
        if (key.KeyChar is 'y' or 'Y' && asked is { } waiting)
        {
            Start(waiting.Action, waiting.Task);
        }

        (state.Question, asked) = ("", null);
    }

    private void Start(TopAction action, TaskView task)
    {
        if (!Current.IsCompleted)
        {
            state.Message = "The last action has not ended yet.";
            return;
        }

        Current = Task.Run(async () =>
        {
            try
            {
                publish(new TopEvent.HasActed(await TopActions.DoAsync(invocation, action, task)));
            }
            catch (ObjectDisposedException)
            {
                publish(new TopEvent.HasActed("The queue had to be opened again; nothing was done."));
            }
            catch (OperationCanceledException)
            {
                // The program ends.
            }
        });
    }
}
