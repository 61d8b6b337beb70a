using System.Diagnostics;
using DurableQueue.Sqlite;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>Reads that are cancelled in the middle of a statement, reads that end by themselves, and how many of them run at once.</summary>
public sealed class InterruptedReadTests : IDisposable
{
    /// <summary>Never ends by itself.</summary>
    private const string Endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n";

    private const string Million = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1000000) SELECT max(x) FROM n";

    private readonly QueueDirectory directory = new();
    private readonly Dispatcher dispatcher = new();

    public void Dispose()
    {
        dispatcher.Dispose();
        directory.Dispose();
    }

    [Fact]
    public async Task Read_CancelledInAStatement_EndsAtOnceAndItsConnectionReadsOn()
    {
        var opened = 0;
        using var readers = await OpenAsync(most: 1, () => opened++);
        var times = new List<TimeSpan>();
        for (var i = 0; i < 5; i++)
        {
            using var cancel = new CancellationTokenSource();
            var reading = ReadInThreadAsync(readers, Endless, cancel.Token, out var started);
            await started.WaitAsync(QueueDirectory.Limit);

            var watch = Stopwatch.StartNew();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(QueueDirectory.Limit));
            times.Add(watch.Elapsed);

            Assert.Equal(1_000_000, await readers.ReadAsync(connection => connection.ReadNumber(Million), CancellationToken.None));
        }

        // The best of several: others use this machine, too.
        Assert.True(times.Min() < TimeSpan.FromMilliseconds(50), string.Join(", ", times));
        Assert.Equal(1, opened);
    }

    [Fact]
    public async Task Read_OtherReadIsCancelled_IsNotHit()
    {
        using var readers = await OpenAsync(most: 2);
        for (var i = 0; i < 5; i++)
        {
            using var cancel = new CancellationTokenSource();
            var cancelled = ReadInThreadAsync(readers, Endless, cancel.Token, out var started);
            var other = ReadInThreadAsync(readers, Million, CancellationToken.None, out var otherStarted);
            await started.WaitAsync(QueueDirectory.Limit);
            await otherStarted.WaitAsync(QueueDirectory.Limit);

            await cancel.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(QueueDirectory.Limit));
            Assert.Equal(1_000_000, await other.WaitAsync(QueueDirectory.Limit));
        }
    }

    [Fact]
    public async Task Read_CancelledAfterItsEnd_LeavesTheNextReadAlone()
    {
        using var readers = await OpenAsync(most: 1);
        using var cancel = new CancellationTokenSource();
        await readers.ReadAsync(connection => connection.ReadNumber(Million), cancel.Token);

        await cancel.CancelAsync();

        Assert.Equal(1_000_000, await readers.ReadAsync(connection => connection.ReadNumber(Million), CancellationToken.None));
    }

    [Fact]
    public async Task Scans_MoreThanTwo_WaitForEachOtherAndHoldUpNobodyElse()
    {
        await using (var queue = await directory.OpenAsync())
        {
            await queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("a"), 3)]);
        }

        using var readers = await OpenAsync(most: 1);
        using var go = new ManualResetEventSlim();
        using var begun = new SemaphoreSlim(0);
        using var scans = await OpenAsync(most: 2, requireFiles: () =>
        {
            begun.Release();
            Assert.True(go.Wait(QueueDirectory.Limit));
        });
        var reader = new TaskReader(readers, scans, readers, null!, dispatcher, TimeProvider.System);
        var scan = new TaskQuery { Types = ["a"] };
        Task<TaskPage> InThread(TaskQuery query) =>
            Task.Factory.StartNew(() => reader.QueryAsync(query, CancellationToken.None).AsTask(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        var first = InThread(scan);
        var second = InThread(scan with { ReadLimit = new ReadLimit() });
        Assert.True(await begun.WaitAsync(QueueDirectory.Limit));
        Assert.True(await begun.WaitAsync(QueueDirectory.Limit));

        // It waits for a place on the caller's side: the call returns, and has not begun to read.
        var third = reader.QueryAsync(scan, CancellationToken.None).AsTask();
        Assert.False(third.IsCompleted);
        Assert.Equal(0, begun.CurrentCount);
        foreach (var served in new[] { new TaskQuery(), new TaskQuery { States = [TaskState.Queued] }, new TaskQuery { Order = TaskOrder.Run }, new TaskQuery { States = [TaskState.CheckedOut], Types = ["a"] } })
        {
            await InThread(served).WaitAsync(QueueDirectory.Limit);
        }

        go.Set();
        foreach (var page in await Task.WhenAll(first, second, third).WaitAsync(QueueDirectory.Limit))
        {
            Assert.Equal(3, page.Tasks.Count);
        }
    }

    [Theory]
    [InlineData(TaskOrder.Enqueued)]
    [InlineData(TaskOrder.Run)]
    public async Task Search_LongerThanAStateMayBeRead_ContinuesInALaterState(TaskOrder order)
    {
        await using var queue = await directory.OpenAsync();
        var ids = await queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("a"), 20)]);
        using var connection = Connect();
        var search = new TaskSearch(
            new TaskQuery { Types = ["a"], Order = order, ReadLimit = new ReadLimit { MaxTime = TimeSpan.FromMinutes(1) } }, new TickingTime(TimeSpan.FromMilliseconds(50)));

        Assert.Null(search.Continue(connection));
        await queue.EnqueueAsync(new NewTask("b"));
        var last = await queue.EnqueueAsync(new NewTask("a"));
        TaskPage? page;
        var parts = 1;
        while ((page = search.Continue(connection)) is null)
        {
            parts++;
        }

        Assert.Equal([.. ids, last], page.Tasks.Select(task => task.Id));
        Assert.Equal(new SearchedTasks(22, true), page.Searched);
        Assert.InRange(parts, 6, 12);
    }

    [Fact]
    public async Task Search_SortedAndLongerThanAStateMayBeRead_HasTheFirstOfAll()
    {
        await using var queue = await directory.OpenAsync();
        var ids = await queue.EnqueueAsync([.. Enumerable.Range(0, 20).Select(i => new NewTask("a") { Priority = i * 7 % 20 })]);
        using var connection = Connect();
        var query = new TaskQuery
        {
            Filter = TaskFilter.Parse("type=a order by priority desc", TimeProvider.System, TimeZoneInfo.Utc),
            Limit = 6,
            ReadLimit = new ReadLimit { MaxTime = TimeSpan.FromMinutes(1) },
        };
        var found = new List<TaskId>();
        for (var more = true; more;)
        {
            var search = new TaskSearch(query, new TickingTime(TimeSpan.FromMilliseconds(50)));
            Assert.Null(search.Continue(connection));
            TaskPage? page = null;
            while (page is null)
            {
                page = search.Continue(connection);
            }

            Assert.Equal(new SearchedTasks(20, true), page.Searched);
            found.AddRange(page.Tasks.Select(task => task.Id));
            query = query with { Cursor = page.Next };
            more = page.Next is not null;
        }

        Assert.Equal(ids.OrderByDescending(id => (id.Value - ids[0].Value) * 7 % 20), found);
    }

    [Fact]
    public async Task Search_TimeIsOver_EndsWithWhatItFound()
    {
        await using var queue = await directory.OpenAsync();
        var ids = await queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("a"), 20)]);
        using var connection = Connect();
        var query = new TaskQuery { ReadLimit = new ReadLimit { MaxTime = TimeSpan.FromMilliseconds(100) } };

        var page = new TaskSearch(query, new TickingTime(TimeSpan.FromMilliseconds(20))).Continue(connection);

        Assert.Equal(ids.Take(page!.Tasks.Count), page.Tasks.Select(task => task.Id));
        Assert.InRange(page.Tasks.Count, 3, 6);
        Assert.Equal(new SearchedTasks(page.Tasks.Count, false), page.Searched);
        Assert.Equal(page.Tasks[^1].Id.Value, page.Next?.Value);

        // However slow it is: each page gets on.
        var slow = new TaskSearch(query, new TickingTime(TimeSpan.FromMinutes(1))).Continue(connection);
        Assert.Equal([ids[0]], slow!.Tasks.Select(task => task.Id));
    }

    private async Task<Readers> OpenAsync(int most, Action? opens = null, Action? requireFiles = null)
    {
        await (await directory.OpenAsync()).DisposeAsync();
        return new Readers(
            () =>
            {
                opens?.Invoke();
                return Connect();
            },
            requireFiles ?? (() => { }),
            most,
            TimeSpan.FromSeconds(5),
            dispatcher);
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={directory.FilePath};Pooling=False");
        connection.Open();
        return connection;
    }

    private static Task<long?> ReadInThreadAsync(Readers readers, string sql, CancellationToken cancellationToken, out Task started)
    {
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        started = began.Task;
        return Task.Factory.StartNew(
            () => readers.ReadAsync(
                connection =>
                {
                    using var statement = new Statement(connection, sql);
                    began.SetResult();
                    return statement.Scalar();
                },
                cancellationToken).AsTask(),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap();
    }

    /// <summary>Passes whenever it is looked at.</summary>
    private sealed class TickingTime(TimeSpan step) : TimeProvider
    {
        private long ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => ticks += step.Ticks;
    }
}
