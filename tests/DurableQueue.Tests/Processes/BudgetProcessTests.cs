using DurableQueue.Sqlite;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Processes;

/// <summary>Caps are those of the file, whatever processes and threads there are.</summary>
public sealed class BudgetProcessTests : ProcessTest
{
    private const string SelectStarts = "SELECT started_at_ms FROM task WHERE token > 0 ORDER BY started_at_ms";

    [Theory]
    [InlineData(BudgetScope.Group)]
    [InlineData(BudgetScope.Type)]
    public async Task Rate_FourProcesses_NeverSeeTheThousandAndFirstStartOfAMinute(BudgetScope scope)
    {
        const int Cap = 1_000;
        await FillAsync(scope, new RateCap(Cap, TimeSpan.FromMinutes(1)), 3_000);

        var workers = await StartFourAsync();
        await WaitForStartsAsync(workers, Cap);
        await using (var queue = await OpenAsync())
        {
            // By now every process has been told many times that there is nothing.
            for (var round = 0; round < 50; round++)
            {
                Assert.Null(await queue.CheckoutAsync(new CheckoutRequest { Worker = "fifth" }));
            }
        }

        await StopAsync(workers);
        Assert.Equal(Cap, Count(workers, "start "));
        Assert.Equal(Cap, ReadStarts().Count);
    }

    [Fact]
    public async Task Rate_FourProcessesOverManyWindows_NeverPassTheCapInAnyAndUseItUp()
    {
        const int Cap = 40;
        const int Window = 250;
        const int Tasks = 600;
        await FillAsync(BudgetScope.Group, new RateCap(Cap, TimeSpan.FromMilliseconds(Window)), Tasks);

        var workers = await StartFourAsync();
        await WaitForStartsAsync(workers, Tasks);
        await StopAsync(workers);

        var starts = ReadStarts();
        Assert.Equal(Tasks, starts.Count);
        for (var first = 0; first + Cap < starts.Count; first++)
        {
            Assert.True(starts[first + Cap] - starts[first] >= Window, $"{Cap + 1} starts within {starts[first + Cap] - starts[first]} ms, from start {first} on");
        }
    }

    private async Task FillAsync(BudgetScope scope, RateCap cap, int tasks)
    {
        await using var queue = await OpenAsync();
        var target = scope == BudgetScope.Group ? BudgetTarget.Group("free") : BudgetTarget.Type("work");
        await queue.Budgets.SetAsync(target, new BudgetPolicy { Rate = cap });
        await queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work") { Group = "free" }, tasks)]);
    }

    private async Task<List<ChildProcess>> StartFourAsync()
    {
        var workers = Enumerable.Range(0, 4).Select(number => Start("work", $"name=w{number}", "threads=4", "until=stop")).ToList();
        foreach (var worker in workers)
        {
            await worker.WaitForLineAsync("ready");
        }

        workers.ForEach(worker => worker.Go());
        return workers;
    }

    private static async Task WaitForStartsAsync(List<ChildProcess> workers, int count)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        workers.ForEach(worker => worker.LineRead = Look);
        Look();
        await reached.Task.WaitAsync(TimeSpan.FromMinutes(2));

        void Look()
        {
            if (Count(workers, "done ") >= count)
            {
                reached.TrySetResult();
            }
        }
    }

    private static async Task StopAsync(List<ChildProcess> workers)
    {
        workers.ForEach(worker => worker.Stop());
        foreach (var worker in workers)
        {
            Assert.Equal(0, await worker.ExitAsync());
            Assert.DoesNotContain(worker.Lines, line => line.StartsWith("error", StringComparison.Ordinal));
        }
    }

    private static int Count(List<ChildProcess> workers, string prefix) =>
        workers.Sum(worker => worker.Lines.Count(line => line.StartsWith(prefix, StringComparison.Ordinal)));

    private List<long> ReadStarts()
    {
        using var connection = new SqliteConnection($"Data Source={QueuePath};Pooling=False");
        connection.Open();
        using var select = new Statement(connection.Handle!, SelectStarts);
        var starts = new List<long>();
        while (select.Step())
        {
            starts.Add(select.Long(0));
        }

        return starts;
    }
}
