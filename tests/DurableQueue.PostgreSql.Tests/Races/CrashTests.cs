using System.Collections.Concurrent;
using Npgsql;
using Xunit;

namespace DurableQueue.PostgreSql.Tests.Races;

/// <summary>Backends that are killed, and a server that crashes, in the middle of work: what was acknowledged is there, and the queue is sound.</summary>
public sealed class CrashTests
{
    private const int Callers = 8;

    [Fact]
    public async Task Work_BackendsAreKilled_NothingAcknowledgedIsLost()
    {
        var role = $"victim_{TestServer.Shared.NewSchema()}";
        await using (var make = PostgresFixture.Source.CreateCommand($"CREATE ROLE {role} LOGIN SUPERUSER PASSWORD '{TestServer.Password}'"))
        {
            await make.ExecuteNonQueryAsync();
        }

        await using var source = NpgsqlDataSource.Create(TestServer.Shared.ConnectionStringOf(role, TestServer.Password));

        await WorkAsync(source, TestServer.Shared.NewSchema(), kills: 60, async () =>
        {
            await using var kill = PostgresFixture.Source.CreateCommand(
                $"SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity WHERE usename = '{role}' ORDER BY random() LIMIT 2) v");
            await kill.ExecuteScalarAsync();
            await Task.Delay(20);
        });
    }

    [Fact]
    public async Task Work_ServerIsRestartedAtOnce_NothingAcknowledgedIsLost()
    {
        var server = TestServer.Create(durable: true);
        try
        {
            await using var source = NpgsqlDataSource.Create(server.ConnectionString);

            await WorkAsync(source, server.NewSchema(), kills: 3, async () =>
            {
                await Task.Delay(700);
                await Task.Run(server.Crash);
            });
        }
        finally
        {
            server.Delete();
        }
    }

    private static async Task WorkAsync(NpgsqlDataSource source, string schema, int kills, Func<Task> killAsync)
    {
        await using var race = await RaceQueues.OpenAsync(2, source, schema);
        var enqueued = new ConcurrentDictionary<string, TaskId>();
        var completed = new ConcurrentBag<TaskId>();
        var (over, troubles) = (false, 0);
        var working = RaceQueues.RunThreadsAsync(Callers, number =>
        {
            var queue = race.Queues[number % 2];
            for (var round = 0; !Volatile.Read(ref over); round++)
            {
                try
                {
                    var key = $"c{number}r{round}";
                    enqueued[key] = RaceQueues.Run(queue.EnqueueAsync(new NewTask("a") { DedupKey = key, DedupScope = DedupScope.Forever, MaxAttempts = 1_000 }));
                    if (RaceQueues.Run(queue.CheckoutAsync(new CheckoutRequest { Worker = $"w{number}" })) is { } task && RaceQueues.Run(queue.CompleteAsync(task.Lease)))
                    {
                        completed.Add(task.Id);
                    }
                }
                catch (QueueStorageException e)
                {
                    Assert.True(e.Error is QueueStorageError.Unavailable or QueueStorageError.Busy, e.ToString());
                    Interlocked.Increment(ref troubles);
                }
            }
        });
        for (var kill = 0; kill < kills && !working.IsFaulted; kill++)
        {
            await killAsync();
        }

        Volatile.Write(ref over, true);
        await working.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.True(troubles > 0, "Nothing was killed in the middle of a call.");
        await using var later = await race.OpenOneAsync();
        foreach (var id in completed)
        {
            Assert.Equal(TaskState.Done, (await later.Inspector.GetAsync(id))?.State);
        }

        // What a checkout claimed whose answer was lost comes back with the end of its lease.
        race.Time.Advance(TimeSpan.FromMinutes(6));
        await later.ReapExpiredAsync();
        IReadOnlyList<LeasedTask> left;
        while ((left = await later.CheckoutAsync(new CheckoutRequest { Worker = "last" }, 1_000)).Count > 0)
        {
            await later.CompleteAsync([.. left.Select(task => new TaskCompletion(task.Lease))]);
        }

        var counts = (await later.Inspector.CountAsync()).Total;
        Assert.Equal(counts.Total, counts.Done);
        Assert.Equal(completed.Count, completed.Distinct().Count());
        foreach (var (key, id) in enqueued)
        {
            Assert.Equal(key, (await later.Inspector.GetAsync(id))?.DedupKey);
        }

        Assert.Equal("", string.Join('\n', (await later.Inspector.VerifyAsync()).Findings));
    }
}
