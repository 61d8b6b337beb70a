using System.CommandLine;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>What <c>approve</c> and <c>reject</c> have in common: which requests are decided, and by whom.</summary>
internal sealed class Decision(string tasks)
{
    private readonly Argument<TaskId[]> ids = Values.Ids(tasks);

    private readonly Option<ApprovalId[]> requests = new("--request")
    {
        Description = "A request, as 'dq approvals' shows it, instead of a task; for a task that has several. Repeatable.",
        HelpName = "ID",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => [.. result.Tokens.Select(token => Values.ReadEach(result, token.Value, Values.ReadId)).SelectMany(id => id).Select(id => new ApprovalId(id.Value))],
    };

    private readonly Option<string> by = new("--by")
    {
        Description = "Who decides. Default: the user of the operating system.",
        HelpName = "NAME",
        DefaultValueFactory = _ => Environment.UserName,
    };

    public IReadOnlyList<Symbol> Symbols => [ids, requests, by];

    /// <summary>Decides all that are named.</summary>
    /// <param name="invocation">The command.</param>
    /// <param name="result">What became of it, for the report.</param>
    /// <param name="decideTask">Decides what a task needs before it runs, by a name.</param>
    /// <param name="decideRequest">Decides one request, by a name.</param>
    public async Task<int> MakeAsync(
        DqInvocation invocation,
        string result,
        Func<ITaskQueue, TaskId, string, ValueTask> decideTask,
        Func<ITaskQueue, ApprovalId, string, ValueTask> decideRequest)
    {
        var (tasks, named, name) = (invocation.Get(ids) ?? [], invocation.Get(requests) ?? [], invocation.Get(by)!);
        if (tasks.Length + named.Length == 0)
        {
            throw CliException.BadInput("Name tasks, or requests with --request.");
        }

        var queue = await invocation.OpenAsync();
        var report = new ActionReport();
        foreach (var id in tasks)
        {
            await report.DoAsync(id, async () =>
            {
                var pending = await ListPendingAsync(queue, id, invocation.Token);
                await (pending switch
                {
                    // None, or decided meanwhile: the library says what is the matter.
                    [] => decideTask(queue, id, name),
                    [var only] => decideRequest(queue, only, name),
                    _ => throw CliException.WrongState($"Task {id} waits for several decisions: name one with --request ({string.Join(", ", pending)})."),
                });
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
