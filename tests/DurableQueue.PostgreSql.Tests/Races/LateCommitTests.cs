using Npgsql;
using Xunit;

namespace DurableQueue.PostgreSql.Tests.Races;

/// <summary>An enqueue that commits after its lane was emptied, and after younger tasks were taken.</summary>
public sealed class LateCommitTests
{
    private const string Enqueue =
        """
        SELECT ids[1] FROM durable_queue.enqueue(
          NULL, '{late}', '{a}', '{0}', '{NULL}', '{0}', '{1}', '{0}', '{3}', '{NULL}', '{NULL}', '{0}', '{false}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}',
          NULL, NULL, '{NULL}', '{NULL}')
        """;

    private static readonly CheckoutRequest Worker = new() { Worker = "w" };

    [Fact]
    public async Task Checkout_EnqueueCommitsAfterTheLaneWasEmptied_OffersIt()
    {
        await using var race = await RaceQueues.OpenAsync(2);
        await race.Queues[0].EnqueueAsync(new NewTask("a") { Group = "late" });
        for (var round = 0; round < 20; round++)
        {
            await using var connection = await PostgresFixture.Source.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            var late = await EnqueueAsync(race, connection);
            await race.Queues[0].EnqueueAsync(new NewTask("a") { Group = "late" });
            while (await race.Queues[round % 2].CheckoutAsync(Worker) is { } task)
            {
                Assert.NotEqual(late, task.Id.Value);
                await race.Queues[0].CompleteAsync(task.Lease);
            }

            await transaction.CommitAsync();

            Assert.Equal(late, (await race.Queues[1].CheckoutAsync(Worker))?.Id.Value);
            Assert.True((await race.Queues[0].Inspector.VerifyAsync()).IsSound);
        }
    }

    [Fact]
    public async Task Checkout_LateEnqueueWithoutItsArrival_IsNotOffered()
    {
        await using var race = await RaceQueues.OpenAsync(1);
        await race.Queues[0].EnqueueAsync(new NewTask("a") { Group = "late" });
        Assert.NotNull(await race.Queues[0].CheckoutAsync(Worker));
        await using var connection = await PostgresFixture.Source.OpenConnectionAsync();
        await EnqueueAsync(race, connection);
        await race.RunAsync("DELETE FROM durable_queue.arrival");

        Assert.Null(await race.Queues[0].CheckoutAsync(Worker));
        Assert.False((await race.Queues[0].Inspector.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Queue_TransactionOfAnEnqueueStaysOpen_StopsNobody()
    {
        await using var race = await RaceQueues.OpenAsync(2);
        await race.Queues[0].EnqueueAsync(new NewTask("a") { Group = "late" });
        await using var connection = await PostgresFixture.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await EnqueueAsync(race, connection);

        await RaceQueues.RunThreadsAsync(8, number =>
        {
            var queue = race.Queues[number % 2];
            for (var round = 0; round < 10; round++)
            {
                RaceQueues.Run(queue.EnqueueAsync(new NewTask("a") { Group = "late" }));
                if (RaceQueues.Run(queue.CheckoutAsync(Worker)) is { } task)
                {
                    Assert.True(RaceQueues.Run(queue.CompleteAsync(task.Lease)));
                }
            }
        }).WaitAsync(TimeSpan.FromSeconds(30));

        await transaction.RollbackAsync();
        Assert.True((await race.Queues[0].Inspector.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task RemoveGroup_EnqueueIntoItCommitsLater_BringsItBack()
    {
        await using var race = await RaceQueues.OpenAsync(1);
        var queue = race.Queues[0];
        await queue.Control.CancelAsync(await queue.EnqueueAsync(new NewTask("a") { Group = "late" }));
        await using var connection = await PostgresFixture.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var late = await EnqueueAsync(race, connection);
        await queue.Groups.RemoveAsync("late");
        Assert.Null(await queue.Groups.GetAsync("late"));

        await transaction.CommitAsync();

        Assert.Equal(1, (await queue.Groups.GetAsync("late"))?.Counts.Queued);
        Assert.Equal(late, (await queue.CheckoutAsync(Worker))?.Id.Value);
        Assert.Equal(1, (await queue.Groups.GetAsync("late"))?.Running);
    }

    private static async Task<long> EnqueueAsync(RaceQueues race, NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Enqueue.Replace("durable_queue.", $"{race.Schema}.", StringComparison.Ordinal), connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
