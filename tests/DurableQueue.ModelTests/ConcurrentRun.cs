using System.Globalization;

namespace DurableQueue.ModelTests;

/// <summary>
/// One program, several calls at a time. After each round there must be an order of its calls, in which none comes before one that had ended
/// when it began, such that the model gives the same answers and ends where the queue is: the queue is linearizable.
/// </summary>
internal static class ConcurrentRun
{
    /// <summary>There are 24 orders of four calls.</summary>
    private const int MostAtOnce = 4;

    /// <summary>Runs a program. Throws a <see cref="Violation"/> if no order of calls explains what the queue did.</summary>
    /// <param name="program">The operations.</param>
    /// <param name="transcript">Gets a line for each call.</param>
    public static async Task RunAsync(IReadOnlyList<Operation> program, Action<string> transcript)
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        List<Model> states = [new Model { Now = queue.Time.GetUtcNow() }];
        foreach (var round in Rounds(program))
        {
            Call[] calls = [.. round.Select(operation => new Call(operation.Bind(states[0])))];
            transcript($"at once: {string.Join(" | ", calls.Select(call => call.Step.Text))}");
            await RunAsync(queue, calls, spread: round.Distinct().Count() > 1);
            transcript($"  -> {string.Join(" | ", calls.OrderBy(call => call.Ended).Select(call => $"{Array.IndexOf(calls, call) + 1}: {call.Answer}"))}");
            states = Explain(states, calls, await Snapshot.ReadAsync(queue.Tasks, ids: null));
        }

        var differences = new List<Violation?>();
        foreach (var state in states)
        {
            differences.Add(await Snapshot.FindDeepDifferenceAsync(queue.Tasks, state));
        }

        if (!differences.Contains(null))
        {
            throw differences[0]!;
        }
    }

    /// <summary>Mostly what comes next in the program; at times one checkout three times over, which the writer may serve as one.</summary>
    private static IEnumerable<IReadOnlyList<Operation>> Rounds(IReadOnlyList<Operation> program)
    {
        var taken = 0;
        while (taken < program.Count)
        {
            var most = 2 + (taken % (MostAtOnce - 1));
            Operation[] together = [.. program.Skip(taken).Take(most).TakeWhile(operation => !operation.IsAlone)];
            var first = program[taken];
            Operation[] round = together.Length == 0 ? [first]
                : first is CheckoutOperation ? [first, first, first]
                : together;
            yield return round;
            taken += first is CheckoutOperation ? 1 : round.Length;
        }
    }

    /// <param name="queue">Where they go.</param>
    /// <param name="calls">What is called.</param>
    /// <param name="spread">Through all queues that are open, in turn.</param>
    private static async Task RunAsync(QueueUnderTest queue, Call[] calls, bool spread)
    {
        var (clock, start) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var running = calls.Select(async (call, index) =>
        {
            await start.Task.ConfigureAwait(false);
            call.Began = Interlocked.Increment(ref clock);
            call.Answer = await call.Step.RunOnQueueAsync(spread ? queue.ForCall(index) : queue).ConfigureAwait(false);
            call.Ended = Interlocked.Increment(ref clock);
        }).ToList();
        start.SetResult();
        await Task.WhenAll(running);
    }

    /// <summary>
    /// The states in which the queue may be now. There can be more than one, because two tasks that changed places, for example, may look the
    /// same until one is checked out.
    /// </summary>
    private static List<Model> Explain(List<Model> states, Call[] calls, Snapshot snapshot)
    {
        var explained = new Dictionary<string, Model>();
        var nearest = new Violation(Harm.Violated, "no order of the calls explains the answers");
        foreach (var state in states)
        {
            Search(state, [.. calls]);
        }

        return explained.Count > 0 ? [.. explained.Values] : throw nearest;

        void Search(Model state, List<Call> left)
        {
            if (left.Count == 0)
            {
                if (snapshot.Difference(state) is { } difference)
                {
                    nearest = new Violation(difference.Harm, $"no order of the calls explains the answers and what can be read; the last that was tried differs in {difference.Message}");
                }
                else
                {
                    explained.TryAdd(Fingerprint(state), state);
                }
            }

            foreach (var call in left.Where(call => !left.Exists(other => other.Ended < call.Began)))
            {
                var next = state.Clone();
                if (call.Step.RunOnModel(next, call.Answer).SaysTheSame(call.Answer))
                {
                    Search(next, [.. left.Where(other => other != call)]);
                }
            }
        }
    }

    /// <summary>What a snapshot does not show, but what later answers and the last look at everything can depend on.</summary>
    private static string Fingerprint(Model model) => string.Join('\n', model.Tasks.Select(Fingerprint)
        .Concat(model.Keys.Select(pair => $"{pair}").Order(StringComparer.Ordinal))
        .Concat(model.RemovedGroups.Select(pair => $"{pair}").Order(StringComparer.Ordinal)));

    private static string Fingerprint(ModelTask task)
    {
        var bytes = string.Join(' ', new[] { task.Payload, task.Result, task.Checkpoint }.Select(data => data is null ? "none" : Convert.ToHexString(data)));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{task.Id} {task.Position} {task.Token} {task.LeaseDuration} {task.Urgent} {task.Approval} {task.CancelledInTree} {bytes} {string.Join(' ', task.Attempts)} {string.Join(' ', task.Edges.Values)}");
    }

    private sealed class Call(Step step)
    {
        public Step Step { get; } = step;

        public Answer Answer { get; set; } = Answer.Done;

        public int Began { get; set; }

        public int Ended { get; set; }
    }
}
