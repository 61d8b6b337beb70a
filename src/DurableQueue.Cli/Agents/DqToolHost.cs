using System.Security.Claims;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;
using DurableQueue.Mcp;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Agents;

/// <summary>dq as the program around the tools: they do what its commands do, as the same user, in the same directory and environment.</summary>
/// <param name="invocation">The command.</param>
/// <param name="options">What is allowed.</param>
/// <param name="workers">Starts a worker for tasks that lack only that.</param>
/// <param name="control">The commands of the queue.</param>
/// <param name="queue">The queue.</param>
/// <param name="closing">Cancelled when the client is gone.</param>
internal sealed class DqToolHost(DqInvocation invocation, DurableQueueToolOptions options, IWorkerStart workers, CommandControl control, ITaskQueue queue, CancellationToken closing)
    : ToolHost(queue, options, control, invocation.Time)
{
    public override CancellationToken Closing => closing;

    public override string WorkerAdvice => "Start a worker with 'dq worker --daemon', or ask the user to.";

    public override string ReadOnlyAdvice => "It was started with 'dq mcp --read-only'.";

    public override string ApproveAdvice => "The user can with 'dq approve' and 'dq reject', or start this server with --allow-approve.";

    public override TaskGraphFileOptions GraphFile => new() { WorkingDirectory = UserPath.WorkingDirectory, Environment = CommandTask.CaptureEnvironment() };

    public override CommandTask Complete(CommandTask command, IReadOnlyDictionary<string, string>? variables)
    {
        var directory = command.WorkingDirectory is { } given ? UserPath.Resolve(given, "'working_directory'") : UserPath.WorkingDirectory;
        return Directory.Exists(directory)
            ? command with { WorkingDirectory = directory, Environment = With(variables ?? new Dictionary<string, string>()) }
            : throw CliException.BadInput($"The directory {directory} does not exist.");
    }

    public override string DefaultGroup => GroupChoice.OfSettings(invocation.Settings, UserPath.WorkingDirectory);

    public override NewTask Complete(NewTask task) => CommandDefaults.Apply(invocation.Settings, task);

    public override TaskGraph Complete(TaskGraph graph) => CommandDefaults.Apply(invocation.Settings, graph);

    public override TaskGraphSubmitOptions Complete(TaskGraphSubmitOptions options) => options with { NewGroups = invocation.NewGroups };

    public override async ValueTask<string?> OfferWorkerAsync(IReadOnlyList<TaskId> ids, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        var before = await CountWorkersAsync(cancellationToken);
        await workers.ForAsync(ids);
        await workers.ForGroupsAsync(groups);
        return await CountWorkersAsync(cancellationToken) > before
            ? "A worker was started in the background; it runs on when this server ends. 'dq worker --stop' stops it."
            : null;
    }

    public override async ValueTask<string> StopAsync(ITaskControl control, TaskId id, string reason, CancellationToken cancellationToken) =>
        await TaskKill.KillAsync(Commands!, Queue, id, cancellationToken, control);

    public override string? NameOf(ClaimsPrincipal? user) => Environment.UserName;

    public override string? MessageOf(Exception error) => error is CliException ? error.Message : null;

    private async ValueTask<int> CountWorkersAsync(CancellationToken cancellationToken) =>
        (await Queue.Inspector.GetWorkersAsync(cancellationToken)).Count(WorkerPresence.RunsCommands);
}
