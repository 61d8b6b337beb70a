namespace DurableQueue.ModelTests;

/// <summary>One program, one call after the other; after each the queue must be where the model is.</summary>
internal static class SequentialRun
{
    /// <summary>After each step the tasks are read that it named or changed; all of them, after so many steps.</summary>
    private const int WholeEvery = 20;

    /// <summary>Runs a program. Throws a <see cref="Violation"/> if the queue goes another way than the model.</summary>
    /// <param name="program">The operations.</param>
    /// <param name="transcript">Gets a line for each step.</param>
    public static Task RunAsync(IReadOnlyList<Operation> program, Action<string> transcript) => RunAsync(program, transcript, options: null);

    /// <summary>The same on queues that answer checkouts before their sync.</summary>
    public static Task RunUnsyncedAsync(IReadOnlyList<Operation> program, Action<string> transcript) =>
        RunAsync(program, transcript, new SqliteQueueOptions { SyncCheckouts = false });

    private static async Task RunAsync(IReadOnlyList<Operation> program, Action<string> transcript, SqliteQueueOptions? options)
    {
        await using var queue = await QueueUnderTest.CreateAsync(options);
        var model = new Model { Now = queue.Time.GetUtcNow() };
        for (var i = 0; i < program.Count; i++)
        {
            var step = program[i].Bind(model);
            transcript(step.Text);
            var before = model.Clone();
            var answer = await step.RunOnQueueAsync(queue);
            transcript($"  -> {answer}");
            CheckAnswer(step, before, step.RunOnModel(model, answer), answer);
            var isLast = i == program.Count - 1;
            var snapshot = await Snapshot.ReadAsync(queue.Tasks, isLast || i % WholeEvery == 0 ? null : Concerned(step, before, model, answer));
            var difference = snapshot.Difference(model);
            if (difference is null && isLast)
            {
                difference = await Snapshot.FindDeepDifferenceAsync(queue.Tasks, model);
            }

            if (difference is not null)
            {
                throw difference;
            }
        }
    }

    private static HashSet<long> Concerned(Step step, Model before, Model after, Answer answer) =>
    [
        .. step.Subjects,
        .. answer.Ids,
        .. after.Tasks.Where(task => !ReferenceEquals(task, before.Find(task.Id))).Select(task => task.Id),
        .. before.Tasks.Where(task => after.Find(task.Id) is null).Select(task => task.Id),
    ];

    private static void CheckAnswer(Step step, Model before, Answer expected, Answer answer)
    {
        if (expected.SaysTheSame(answer))
        {
            return;
        }

        var twice = step.IsCheckout && answer.Ids.Except(expected.Ids).Any(id => before.Find(id) is { State: TaskState.CheckedOut } or { Info.IsFinished: true });
        throw new Violation(twice ? Harm.Duplicated : Harm.Violated, $"the answer\n  expected {expected}\n  but is   {answer}");
    }
}
