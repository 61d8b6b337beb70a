using System.Collections.Concurrent;
using Dapper;
using DurableQueue.Tests.Processes;
using Microsoft.Data.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Sqlite;

/// <summary>Transactions of the application beside everything else that a queue does.</summary>
public sealed class HostTransactionRaceTests(ITestOutputHelper output) : IDisposable
{
    private const int Transactions = 200;
    private const int Enqueuers = 4;
    private const int PerEnqueuer = 100;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-");
    private readonly ConcurrentBag<string> ran = [];
    private readonly CancellationTokenSource allRan = new();
    private int left;

    private string FilePath => Path.Combine(directory.FullName, "queue.db");

    public void Dispose()
    {
        allRan.Dispose();
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Transactions_BesideEnqueuersAndWorkers_RunIfAndOnlyIfTheyWereCommitted()
    {
        var seed = Seed.Draw(output);
        string[] expected;
        await using (var queue = await SqliteTaskQueue.OpenAsync(FilePath))
        {
            using var application = new SqliteConnection($"Data Source={FilePath};Pooling=False");
            application.Open();
            application.Execute("CREATE TABLE orders (label TEXT PRIMARY KEY)");
            var plan = Plan(new Random(seed));
            expected = [.. plan.Where(step => step.Commit).SelectMany(step => step.Labels), .. PlainLabels()];
            left = expected.Length;

            var workers = Enumerable.Range(0, 2).Select(i => Task.Run(() => WorkAsync(queue, $"w{i}"))).ToList();
            var enqueuers = Enumerable.Range(0, Enqueuers).Select(i => Task.Run(() => EnqueueAsync(queue, i))).ToList();
            var host = Task.Run(() => RunTransactionsAsync(queue, application, plan));
            await Task.WhenAll([host, .. enqueuers, .. workers]).WaitAsync(Limit);

            Assert.Equal(expected.Order(StringComparer.Ordinal), ran.Order(StringComparer.Ordinal));
            Assert.Equal(
                plan.Where(step => step.Commit).SelectMany(step => step.Labels).Order(StringComparer.Ordinal),
                application.Query<string>("SELECT label FROM orders").Order(StringComparer.Ordinal));
            await QueueInvariants.CheckAsync(queue, $"seed {seed}");
        }

        QueueInvariants.CheckFile(FilePath, $"seed {seed}");
    }

    private static List<(bool Commit, string[] Labels)> Plan(Random random) =>
    [
        .. Enumerable.Range(0, Transactions).Select(i => (
            random.Next(2) == 0,
            Enumerable.Range(0, random.Next(1, 4)).Select(j => $"order {i}.{j}").ToArray())),
    ];

    private static IEnumerable<string> PlainLabels() =>
        Enumerable.Range(0, Enqueuers).SelectMany(i => Enumerable.Range(0, PerEnqueuer).Select(j => $"plain {i}.{j}"));

    private static async Task RunTransactionsAsync(SqliteTaskQueue queue, SqliteConnection application, List<(bool Commit, string[] Labels)> plan)
    {
        foreach (var (commit, labels) in plan)
        {
            using var transaction = application.BeginTransaction();
            foreach (var label in labels)
            {
                application.Execute("INSERT INTO orders VALUES (@label)", new { label }, transaction);
                await queue.EnqueueAsync(New(label, label.Length), transaction);
            }

            if (commit)
            {
                transaction.Commit();
            }
            else
            {
                transaction.Rollback();
            }
        }
    }

    private static async Task EnqueueAsync(SqliteTaskQueue queue, int number)
    {
        for (var j = 0; j < PerEnqueuer; j++)
        {
            await queue.EnqueueAsync(New($"plain {number}.{j}", j));
        }
    }

    private static NewTask New(string label, int number) =>
        new("work", new byte[number]) { Label = label, Group = $"g{number % 3}", Priority = number % 5, DedupKey = label };

    private async Task WorkAsync(SqliteTaskQueue queue, string name)
    {
        var signals = queue.Signals;
        try
        {
            while (true)
            {
                var seen = signals.ReadyVersion;
                var leased = await queue.CheckoutAsync(new CheckoutRequest { Worker = name }, 5, allRan.Token);
                foreach (var task in leased)
                {
                    ran.Add(task.Label!);
                    Assert.True(await queue.CompleteAsync(task.Lease));
                    if (Interlocked.Decrement(ref left) == 0)
                    {
                        await allRan.CancelAsync();
                    }
                }

                if (leased.Count == 0)
                {
                    await signals.WaitForReadyAsync(seen, allRan.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Everything has run.
        }
    }
}
