using Xunit;

namespace DurableQueue.CrashTests;

/// <summary>A process dies around each step of a charge; afterwards nothing was charged twice, nothing is lost, and nothing stays reserved.</summary>
[Collection(nameof(CrashTestCollection))]
public sealed class BudgetPointTests : IDisposable
{
    private static readonly BudgetTarget Acme = BudgetTarget.Value("tenant", "acme");

    private readonly string directory = Directory.CreateTempSubdirectory("durable-queue-budget-").FullName;

    private string FilePath => Path.Combine(directory, "queue.db");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    /// <summary>The commits of the process: 1 the task, 2 its checkout, 3 the charge of 0.4, 4 its completion. The estimate is 1.</summary>
    [Theory]
    [InlineData("commit.before:2", "0", "0")]
    [InlineData("budget.reserved:1", "0", "0")]
    [InlineData("commit.after:2", "0", "1")]
    [InlineData("commit.before:3", "0", "1")]
    [InlineData("budget.charged:1", "0", "1")]
    [InlineData("commit.after:3", "0.4", "0.6")]
    [InlineData("commit.before:4", "0.4", "0.6")]
    [InlineData("budget.settled:1", "0.4", "0.6")]
    [InlineData("commit.after:4", "0.4", "0")]
    public async Task Kill_AroundACharge_LeavesItDoneOrUndoneAndTheRepeatCountsOnce(string point, string used, string reserved)
    {
        await SetBudgetAsync(10);
        await RunStepsAsync("estimated,checkout,charge:400,complete", point);

        await using var queue = await OpenAsync(TimeSpan.Zero);
        Assert.Equal((Parse(used), Parse(reserved)), await ReadAsync(queue));
        var task = await queue.Inspector.GetAsync(new TaskId(1));
        if (task!.Attempt == 0)
        {
            return;
        }

        // The report is repeated, as by somebody who never got the answer.
        await queue.Budgets.ChargeAsync(new Lease(task.Id, 1, default), new Cost(0.4m), "call");
        await queue.Budgets.ChargeAsync(new Lease(task.Id, 1, default), new Cost(0.4m), "call");
        Assert.Equal(0.4m, (await ReadAsync(queue)).Used);
        await AssertSoundAsync(queue);
    }

    [Theory]
    [InlineData("commit.after:2", "1")]
    [InlineData("commit.after:3", "1")]
    [InlineData("commit.before:4", "1")]
    public async Task Kill_ReservedButNotSettled_IsSettledOnceWhenTheLeaseIsTakenBack(string point, string used)
    {
        await SetBudgetAsync(10);
        await RunStepsAsync("estimated,checkout,charge:400,complete", point);

        await using (var queue = await OpenAsync(TimeSpan.FromHours(1)))
        {
            Assert.Equal(1, await queue.ReapExpiredAsync());
            Assert.Equal(0, await queue.ReapExpiredAsync());
            Assert.Equal((Parse(used), 0m), await ReadAsync(queue));
            await AssertSoundAsync(queue);
        }

        // The next attempt reserves and charges for itself.
        await RunStepsAsync("checkout,charge:500,complete", point: null, seconds: 3_600);
        await using (var queue = await OpenAsync(TimeSpan.FromHours(1)))
        {
            Assert.Equal((Parse(used) + 0.5m, 0m), await ReadAsync(queue));
            await AssertSoundAsync(queue);
        }
    }

    [Theory]
    [InlineData("commit.after:2", null, "1")]
    [InlineData("commit.after:3", null, "0.4")]
    [InlineData("commit.after:2", "0.2", "0.2")]
    [InlineData("commit.after:3", "0.2", "0.4")]
    public async Task Kill_WhileItRuns_TakeOverKeepsTheReservationAndTheEndSettlesIt(string point, string? reported, string used)
    {
        await SetBudgetAsync(10);
        await RunStepsAsync("estimated,checkout,charge:400,complete", point);

        await using var queue = await OpenAsync(TimeSpan.Zero);
        var reserved = (await ReadAsync(queue)).Reserved;
        var taken = await queue.TakeOverAsync(new TaskId(1), "successor");
        Assert.Equal(reserved, (await ReadAsync(queue)).Reserved);
        if (reported is not null)
        {
            await queue.Budgets.ChargeAsync(taken!.Lease, new Cost(Parse(reported)), "call");
        }

        Assert.True(await queue.CompleteAsync(taken!.Lease));
        Assert.Equal((Parse(used), 0m), await ReadAsync(queue));
        await AssertSoundAsync(queue);
    }

    [Theory]
    [InlineData("commit.before:3", TaskHolds.None)]
    [InlineData("budget.parked:1", TaskHolds.None)]
    [InlineData("commit.after:3", TaskHolds.Budget)]
    public async Task Kill_AroundAPark_LeavesTheTaskReadyOrParkedAndItRunsWhenThereIsRoom(string point, TaskHolds holds)
    {
        // The cap of 1.5 has room for one estimate of 1; the second task is parked by the checkout of the first.
        await SetBudgetAsync(1.5m);
        await RunStepsAsync("estimated,estimated,drain", point);

        await using var queue = await OpenAsync(TimeSpan.Zero);
        Assert.Equal(holds, (await queue.Inspector.GetAsync(new TaskId(2)))!.Holds);
        await AssertSoundAsync(queue);
        await queue.Budgets.SetAsync(Acme, new BudgetPolicy());
        var tasks = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }, 5);
        Assert.Contains(new TaskId(2), tasks.Select(task => task.Id));
    }

    private static decimal Parse(string amount) => decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<(decimal Used, decimal Reserved)> ReadAsync(SqliteTaskQueue queue)
    {
        var cost = (await queue.Budgets.GetAsync(Acme)).Cost!;
        var sums = (await queue.Budgets.GetUsageAsync()).GroupBy(day => day.Target).Select(of => of.Sum(day => day.Amount)).ToList();
        Assert.Equal(sums.Count == 0 ? [] : [cost.Used, cost.Used, cost.Used], sums);
        return (cost.Used, cost.Reserved);
    }

    private static async Task AssertSoundAsync(SqliteTaskQueue queue)
    {
        var verification = await queue.Inspector.VerifyAsync();
        Assert.True(verification.IsSound, string.Join('\n', verification.Findings));
    }

    private async Task SetBudgetAsync(decimal amount)
    {
        await using var queue = await OpenAsync(TimeSpan.Zero);
        await queue.Budgets.SetAsync(Acme, new BudgetPolicy { Cost = CostCap.Per(TimeSpan.FromDays(300), amount) });
    }

    private async Task<SqliteTaskQueue> OpenAsync(TimeSpan later) =>
        await SqliteTaskQueue.OpenAsync(FilePath, new SqliteQueueOptions { BackgroundSweeps = false, TimeProvider = new Later(later) });

    private async Task RunStepsAsync(string steps, string? point, int seconds = 0)
    {
        var said = new List<string>();
        var environment = point is null ? [] : new Dictionary<string, string> { ["DURABLEQUEUE_FAULT_POINT"] = point };
        await using var child = Child.Start(
            ["steps", $"db={FilePath}", "name=w", $"steps={steps}", "sweeps=no", $"later={seconds}"], said.Add, environment);
        child.Go();
        Assert.Equal(point is null ? 0 : 137, await child.ExitAsync());
    }

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => TimeProvider.System.GetUtcNow() + by;
    }
}
