using Xunit;

namespace DurableQueue.ModelTests;

/// <summary>A checker that finds nothing proves nothing: these are the ways in which it must find something.</summary>
public sealed class CampaignTests
{
    [Fact]
    public async Task Run_ProgramsThatFailByTwoOperations_AreMadeSmallAndSayTheirSeed()
    {
        var failures = await Campaign.RunAsync(FailIfThereAreBoth, seed: 40, programs: 3);

        Assert.NotEmpty(failures);
        Assert.All(failures, failure =>
        {
            Assert.Equal(2, failure.Operations);
            Assert.Equal(Harm.Lost, failure.Harm);
            Assert.InRange(failure.Seed, 40UL, 42UL);
            Assert.Contains($"--programs 1 --seed {failure.Seed}", failure.Report, StringComparison.Ordinal);
            Assert.Contains("both are there", failure.Report, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task FindFailure_TheSameSeedTwice_GivesTheSameProgram()
    {
        var transcripts = new List<string>[] { [], [] };
        foreach (var transcript in transcripts)
        {
            Assert.Null(await Campaign.FindFailureAsync((program, _) => SequentialRun.RunAsync(program, transcript.Add), 20_260_105));
        }

        Assert.True(transcripts[0].Count >= Programs.Length);
        Assert.Equal(transcripts[0], transcripts[1]);
    }

    [Fact]
    public async Task Snapshot_TaskThatOnlyTheModelHas_IsLost()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        var model = new Model { Now = queue.Time.GetUtcNow() };
        model.Run(m => m.Enqueue([new EnqueueItem(new NewTask("x"), [])], [1]));

        var difference = (await Snapshot.ReadAsync(queue.Tasks, ids: null)).Difference(model);

        Assert.Equal(Harm.Lost, difference?.Harm);
    }

    [Fact]
    public async Task Snapshot_TaskThatTheModelDoesNotHave_IsADuplicate()
    {
        await using var queue = await QueueUnderTest.CreateAsync();
        await queue.Tasks.EnqueueAsync(new NewTask("x"));

        var difference = (await Snapshot.ReadAsync(queue.Tasks, ids: null)).Difference(new Model { Now = queue.Time.GetUtcNow() });

        Assert.Equal(Harm.Duplicated, difference?.Harm);
    }

    [Fact]
    public async Task ConcurrentRun_CallsThatOnlyTheSecondOrderExplains_AreInOrder() =>
        await ConcurrentRun.RunAsync([new SeesGroup(Waits: true), new GroupOperation(GroupCall.Ensure, "g", 1)], _ => { });

    [Fact]
    public async Task ConcurrentRun_AnswerThatNoOrderExplains_IsAViolation()
    {
        var error = await Assert.ThrowsAsync<Violation>(() => ConcurrentRun.RunAsync([new SeesGroup(Waits: false), new ReapOperation()], _ => { }));

        Assert.Contains("no order", error.Message, StringComparison.Ordinal);
    }

    private static Task FailIfThereAreBoth(IReadOnlyList<Operation> program, Action<string> transcript)
    {
        var both = program.Any(operation => operation is CheckoutOperation) && program.Any(operation => operation is EditOperation);
        return both ? throw new Violation(Harm.Lost, "both are there") : Task.CompletedTask;
    }

    /// <summary>Says that it has seen the group g: the truth if its turn came after that of the call that makes it.</summary>
    private sealed record SeesGroup(bool Waits) : Operation
    {
        public override Step Bind(Model model) => new(
            "sees group g",
            async queue =>
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
                while (Waits && await queue.Tasks.Groups.GetAsync("g", patience.Token) is null)
                {
                    await Task.Yield();
                }

                return Answer.Of(true);
            },
            (m, _) => Answer.Of(m.Groups.Any(group => group.Key == "g")));
    }
}
