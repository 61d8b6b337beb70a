using System.CommandLine;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>The common part of <c>approve</c> and <c>reject</c>: which requests are decided, and by whom.</summary>
internal sealed class Decision(string tasks)
{
    private readonly Argument<TaskId[]> ids = Values.Ids(tasks);

    private readonly Option<ApprovalId[]> requests = new("--request")
    {
        Description = "The id of a request, as shown by 'dq approvals', for a task with several requests. Repeatable.",
        HelpName = "ID",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => [.. result.Tokens.Select(token => Values.ReadEach(result, token.Value, Values.ReadId)).SelectMany(id => id).Select(id => new ApprovalId(id.Value))],
    };

    private readonly Option<string> by = new("--by")
    {
        Description = "Who decides. Default: the current user.",
        HelpName = "NAME",
        DefaultValueFactory = _ => Environment.UserName,
    };

    public IReadOnlyList<Symbol> Symbols => [ids, requests, by];

    /// <summary>Decides all requests that are named.</summary>
    /// <param name="invocation">The command.</param>
    /// <param name="result">The result, for the report.</param>
    /// <param name="decideTask">Decides the request that a task needs before it runs.</param>
    /// <param name="decideRequest">Decides one request.</param>
    public async Task<int> MakeAsync(
        DqInvocation invocation,
        string result,
        Func<ITaskQueue, TaskId, string, ValueTask> decideTask,
        Func<ITaskQueue, ApprovalId, string, ValueTask> decideRequest)
    {
        var (tasks, named, name) = (invocation.Get(ids) ?? [], invocation.Get(requests) ?? [], invocation.Get(by)!);
        if (tasks.Length + named.Length == 0)
        {
            throw CliException.BadInput("Name tasks, or give requests with --request.");
        }

        var queue = await invocation.OpenAsync();
        var report = new ActionReport();
        foreach (var id in tasks)
        {
            await report.DoAsync(id, async () =>
            {
                await DecideAsync(queue, id, task => decideTask(queue, task, name), request => decideRequest(queue, request, name), invocation.Token);
                return result;
            });
        }

        foreach (var request in named)
        {
            await report.DoAsync(request, async () =>
            {
                await decideRequest(queue, request, name);
                return result;
            });
        }

        return report.Finish(invocation);
    }

    /// <summary>Decides what one task waits for.</summary>
    /// <exception cref="CliException">It waits for several decisions.</exception>
    public static async ValueTask DecideAsync(
        ITaskQueue queue, TaskId id, Func<TaskId, ValueTask> decideTask, Func<ApprovalId, ValueTask> decideRequest, CancellationToken cancellationToken)
    {
        var pending = await ListPendingAsync(queue, id, cancellationToken);
        await (pending switch
        {
            // None, or decided meanwhile: the library reports the reason.
            [] => decideTask(id),
            [var only] => decideRequest(only),
            _ => throw CliException.WrongState($"Task {id} is waiting for several decisions; name one with --request ({string.Join(", ", pending)})."),
        });
    }

    private static async Task<List<ApprovalId>> ListPendingAsync(ITaskQueue queue, TaskId id, CancellationToken cancellationToken)
    {
        var pending = new List<ApprovalId>();
        await foreach (var request in queue.Approvals.ReadAsync(new ApprovalQuery { Task = id, Status = ApprovalStatus.Pending }, cancellationToken))
        {
            pending.Add(request.Id);
        }

        return pending;
    }
}
