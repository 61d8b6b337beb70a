using Xunit;

namespace DurableQueue.CrashTests;

/// <summary>A process dies around the firing of a schedule: no occurrence is fired twice, and none is left out.</summary>
[Collection(nameof(CrashTestCollection))]
public sealed class ScheduleCrashTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("durable-queue-schedule-").FullName;
    private readonly List<string> said = [];

    private string FilePath => Path.Combine(directory, "queue.db");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData("schedule.enqueued:1", 0)]
    [InlineData("schedule.fired:1", 0)]
    [InlineData("commit.before:2", 0)]
    [InlineData("commit.after:2", 1)]
    public async Task Kill_AroundTheFiring_FiresEachOccurrenceOnce(string point, int least)
    {
        await RunStepsAsync("schedule,fire", point);
        await using var queue = await OpenAsync();
        var left = (await queue.Inspector.CountAsync()).Total.Queued;
        Assert.True(least == 0 ? left == 0 : left >= least, $"{left} tasks are there");

        // The next process goes on where the file says.
        await queue.ReapExpiredAsync();
        await queue.ReapExpiredAsync();

        await AssertContiguousAsync(queue);
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    [Theory]
    [InlineData("commit.before:4", false)]
    [InlineData("commit.after:4", true)]
    public async Task Kill_AroundTheFailureOfARun_CountsItOnceOrNotAtAll(string point, bool isCounted)
    {
        await RunStepsAsync("schedule,fire,checkout,fail", point);

        await using var queue = await OpenAsync();
        var schedule = (await queue.Schedules.GetAsync("seconds"))!;
        Assert.Equal((isCounted, isCounted ? 1 : 0), (schedule.Paused, schedule.ConsecutiveFailures));
        var runs = await queue.Schedules.GetRunsAsync("seconds");
        Assert.Equal(isCounted ? TaskOutcome.Failed : TaskOutcome.None, runs[^1].Outcome);
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    [Theory]
    [InlineData("run-now", "commit.before:2", 0)]
    [InlineData("run-now", "commit.after:2", 1)]
    public async Task Kill_AroundARunByHand_EnqueuesItOnceOrNotAtAll(string step, string point, int tasks)
    {
        await RunStepsAsync($"schedule,{step}", point);

        await using var queue = await OpenAsync();
        Assert.Equal(tasks, (await queue.Schedules.GetRunsAsync("seconds")).Count);
        Assert.Equal(tasks, (await queue.Inspector.CountAsync()).Total.Queued);
    }

    [Theory]
    [InlineData("commit.before:1", 0)]
    [InlineData("commit.after:1", 1)]
    public async Task Kill_AroundADeclaration_MakesItOnceOrNotAtAll(string point, int schedules)
    {
        await RunStepsAsync("declare", point);

        await using var queue = await OpenAsync();
        Assert.Equal(schedules, (await queue.Schedules.ListAsync()).Count);
    }

    [Theory]
    [InlineData("commit.before:2", false)]
    [InlineData("commit.after:2", true)]
    public async Task Kill_AroundAPause_PausesOrNot(string point, bool paused)
    {
        await RunStepsAsync("schedule,pause", point);

        await using var queue = await OpenAsync();
        Assert.Equal(paused, (await queue.Schedules.GetAsync("seconds"))!.Paused);
    }

    /// <summary>From the first second after the creation on, each occurrence once.</summary>
    private static async Task AssertContiguousAsync(SqliteTaskQueue queue)
    {
        var created = (await queue.Schedules.GetAsync("seconds"))!.CreatedAt;
        var fired = (await queue.Inspector.QueryAsync(new TaskQuery { Limit = 10_000 })).Tasks
            .Select(task => task.OccursAt!.Value).Order().ToList();
        Assert.NotEmpty(fired);
        Assert.Equal(Enumerable.Range(1, fired.Count).Select(second => created.AddSeconds(second)), fired);
    }

    private async Task<SqliteTaskQueue> OpenAsync() => await SqliteTaskQueue.OpenAsync(FilePath, new SqliteQueueOptions { BackgroundSweeps = false });

    private async Task RunStepsAsync(string steps, string point)
    {
        await using var child = Child.Start(
            ["steps", $"db={FilePath}", "name=w", $"steps={steps}", "sweeps=no"],
            said.Add,
            new Dictionary<string, string> { ["DURABLEQUEUE_FAULT_POINT"] = point });
        child.Go();
        Assert.Equal(137, await child.ExitAsync());
    }
}
