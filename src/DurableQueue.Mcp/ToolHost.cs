using System.Security.Claims;
using DurableQueue.Processes;

namespace DurableQueue.Mcp;

/// <summary>The program that offers the tools: its queue, what it allows, and what it adds to a call.</summary>
/// <param name="queue">The queue.</param>
/// <param name="options">What is allowed.</param>
/// <param name="commands">The running commands and their logs; <see langword="null"/> if the program has none.</param>
/// <param name="time">The clock.</param>
internal class ToolHost(ITaskQueue queue, DurableQueueToolOptions options, CommandControl? commands, TimeProvider time)
{
    public ITaskQueue Queue => queue;

    public DurableQueueToolOptions Options => options;

    public CommandControl? Commands => commands;

    /// <summary>The logs of commands; <see langword="null"/> if the program has none.</summary>
    public ITaskLogs? Logs { get; } = commands is null ? null : new CommandLogs(queue, commands.Files, time);

    public TimeProvider Time => time;

    /// <summary>Cancelled when the client is gone: nobody waits for an answer any more.</summary>
    public virtual CancellationToken Closing => CancellationToken.None;

    /// <summary>What to do if no worker takes a task.</summary>
    public virtual string WorkerAdvice => "Tell the operator of the application that a worker for such tasks must run.";

    /// <summary>How to get a server that changes the queue.</summary>
    public virtual string ReadOnlyAdvice => $"The application must set {nameof(DurableQueueToolOptions)}.{nameof(DurableQueueToolOptions.ReadOnly)} to false.";

    /// <summary>How an approval is given otherwise.</summary>
    public virtual string ApproveAdvice => "Ask the operator of the application to decide.";

    /// <summary>How files of graphs are read.</summary>
    public virtual TaskGraphFileOptions GraphFile => new();

    /// <summary>Adds to a command what it gets from the program: where it runs, and with which environment.</summary>
    /// <param name="command">The command.</param>
    /// <param name="variables">Variables that it gets in addition to those of the program.</param>
    public virtual CommandTask Complete(CommandTask command, IReadOnlyDictionary<string, string>? variables) =>
        variables is { Count: > 0 } ? command with { Environment = With(variables) } : command;

    /// <summary>The group of tasks for which a call names none.</summary>
    public virtual string DefaultGroup => NewTask.DefaultGroup;

    /// <summary>Adds to a task the settings of the program for what it does not say itself.</summary>
    public virtual NewTask Complete(NewTask task) => task;

    /// <summary>Adds to the tasks of a graph the settings of the program for what they do not say themselves.</summary>
    public virtual TaskGraph Complete(TaskGraph graph) => graph;

    /// <summary>Adds to the settings of a graph those of the program.</summary>
    public virtual TaskGraphSubmitOptions Complete(TaskGraphSubmitOptions options) => options;

    /// <summary>Starts a worker for tasks that were just queued, if they lack only that and the program can.</summary>
    /// <param name="ids">The tasks.</param>
    /// <param name="groups">Groups whose tasks were just queued.</param>
    /// <param name="cancellationToken">Ends the wait for it.</param>
    /// <returns>What was done, in a sentence; <see langword="null"/> if nothing was.</returns>
    public virtual ValueTask<string?> OfferWorkerAsync(IReadOnlyList<TaskId> ids, IReadOnlyList<string> groups, CancellationToken cancellationToken) => new((string?)null);

    /// <summary>Cancels a queued task or stops a running one.</summary>
    /// <param name="control">The control of the queue, by the caller's name.</param>
    /// <param name="id">The task.</param>
    /// <param name="reason">The reason.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What was done, in a word or two.</returns>
    public virtual async ValueTask<string> StopAsync(ITaskControl control, TaskId id, string reason, CancellationToken cancellationToken) =>
        await control.CancelAsync(id, reason, cancellationToken).ConfigureAwait(false) switch
        {
            CancelResult.Cancelled => "cancelled",
            CancelResult.Requested => "being stopped",
            _ => throw new TaskStateException(id, TaskState.Done, $"Task {id} has already ended."),
        };

    /// <summary>Under which name a decision is recorded.</summary>
    /// <returns><see langword="null"/> if nobody is known.</returns>
    public virtual string? NameOf(ClaimsPrincipal? user) => user?.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name : null;

    /// <summary>What a caller is told about an error of the program's own kinds.</summary>
    /// <returns><see langword="null"/> if it is of another kind.</returns>
    public virtual string? MessageOf(Exception error) => null;

    /// <summary>The environment of this process with further variables.</summary>
    protected static Dictionary<string, string> With(IReadOnlyDictionary<string, string> variables)
    {
        var environment = CommandTask.CaptureEnvironment().ToDictionary(StringComparer.Ordinal);
        foreach (var (name, value) in variables)
        {
            environment[name] = value;
        }

        return environment;
    }
}
