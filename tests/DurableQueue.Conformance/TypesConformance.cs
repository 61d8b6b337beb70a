using Xunit;

namespace DurableQueue.Conformance;

/// <summary>The task types of a queue, and which worker holds which task.</summary>
public abstract class TypesConformance : ConformanceTest
{
    [Fact]
    public async Task GetTypes_StoredTypes_HaveTheirQueuedTasksAndWorkers()
    {
        await Queue.EnqueueAsync([new NewTask("mail"), new NewTask("mail") { Stashed = true }, new NewTask("report") { Group = "g", Stashed = true }, new NewTask("zip")]);
        var zip = await Queue.CheckoutAsync(Worker("zipper") with { Types = ["zip"] });
        await Queue.CompleteAsync(zip!.Lease);
        await Queue.EnqueueAsync(new NewTask("zip"));
        await Queue.CheckoutAsync(Worker("zipper") with { Types = ["zip"] });

        var types = await Queue.Inspector.GetTypesAsync();

        Assert.Equal(
            [("mail", true, 2L, 0), ("report", false, 1L, 0), ("zip", false, 0L, 1)],
            types.Select(type => (type.Name, type.HasReady, type.Queued!.Value, type.LiveWorkers)));
        Assert.All(types, type => Assert.False(type.HandledHere));
    }

    [Fact]
    public async Task GetTypes_WorkerOfAllTypes_CountsForEach()
    {
        await Queue.EnqueueAsync([new NewTask("a"), new NewTask("b")]);
        await CheckoutAsync();

        Assert.All(await Queue.Inspector.GetTypesAsync(), type => Assert.Equal(1, type.LiveWorkers));
    }

    [Fact]
    public async Task GetTypes_NothingStored_IsEmpty() => Assert.Empty(await Queue.Inspector.GetTypesAsync());

    [Fact]
    public async Task GetTypes_MoreThanTenThousandUnfinished_AreNotCounted()
    {
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("a"), 10_000)]);
        Assert.Equal(10_000, Assert.Single(await Queue.Inspector.GetTypesAsync()).Queued);

        await Queue.EnqueueAsync(new NewTask("a"));

        var type = Assert.Single(await Queue.Inspector.GetTypesAsync());
        Assert.Null(type.Queued);
        Assert.True(type.HasReady);
    }

    [Fact]
    public async Task GetWorkers_TasksCheckedOut_AreNamedWithTheirWorker()
    {
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("a"), 200)]);
        var ones = await Queue.CheckoutAsync(Worker("one"), 130);
        var other = await CheckoutAsync("other");
        await Queue.CompleteAsync(ones[0].Lease);
        await Queue.SuspendAsync(ones[1].Lease);

        var workers = await Queue.Inspector.GetWorkersAsync();

        Assert.Equal(["one", "other"], workers.Select(worker => worker.Name));
        Assert.Equal(ones.Skip(1).Select(task => task.Id), workers[0].Running);
        Assert.Equal([other.Id], workers[1].Running);
    }
}
