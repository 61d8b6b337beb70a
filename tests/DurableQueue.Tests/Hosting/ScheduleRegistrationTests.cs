using DurableQueue.Tests.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace DurableQueue.Tests.Hosting;

public sealed class ScheduleRegistrationTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task AddSchedule_FiresIntoTheHandlerWithNameAndTime()
    {
        var runs = new List<(string?, DateTimeOffset?, int)>();
        await using var kit = await QueueTestKit.StartAsync(q => q
            .AddHandler("count", (Count count, TaskContext context) => runs.Add((context.Schedule, context.OccursAt, count.By)), h => h.MaxAttempts = 9)
            .AddSchedule("nightly", "0 3 * * *", new Count(7), s => s with { TimeZone = "Europe/Berlin", Task = s.Task with { Priority = 2 } }));

        kit.Time.Advance(TimeSpan.FromDays(2));
        await kit.DrainAsync();

        var time = new DateTimeOffset(2026, 1, 7, 2, 0, 0, TimeSpan.Zero);
        Assert.Equal([("nightly", time, 7)], runs);
        var task = (await kit.Queue.Schedules.GetAsync("nightly"))!.Schedule.Task;
        Assert.Equal(("count", 9, 2), (task.Type, task.MaxAttempts, task.Priority));
    }

    [Fact]
    public async Task PauseScheduleException_FailsForGoodAndPauses()
    {
        await using var kit = await QueueTestKit.StartAsync(q => q
            .AddHandler("sync", (Count _, TaskContext _) => Task.FromException(new PauseScheduleException("the token has expired")))
            .AddSchedule("sync", "0 * * * *", new NewTask("sync", "{\"by\":1}"u8.ToArray()) { MaxAttempts = 5 }));

        kit.Time.Advance(TimeSpan.FromHours(1));
        await kit.DrainAsync();

        var schedule = await kit.Queue.Schedules.GetAsync("sync");
        Assert.Equal((true, "the token has expired"), (schedule!.Paused, schedule.PauseReason));
        var run = Assert.Single(await kit.Queue.Schedules.GetRunsAsync("sync"));
        var task = await kit.Queue.Inspector.GetAsync(run.Task!.Value);
        Assert.Equal((TaskOutcome.Failed, 1), (task!.Outcome, task.Attempt));
        Assert.Contains("the token has expired", task.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_EditedAndPausedByPeople_StaysSoUntilTheCodeChanges()
    {
        await RunAsync(
            q => q.AddSchedule("a", "0 3 * * *", new NewTask("work")),
            async queue =>
            {
                await queue.Schedules.EditAsync("a", new ScheduleEdit { Expression = "0 5 * * *" });
                await queue.Schedules.PauseAsync("a", "by ann");
            });

        await RunAsync(q => q.AddSchedule("a", "0 3 * * *", new NewTask("work")), queue => AssertIsAsync(queue, "a", "0 5 * * *", paused: true));
        await RunAsync(q => q.AddSchedule("a", "0 4 * * *", new NewTask("work")), queue => AssertIsAsync(queue, "a", "0 4 * * *", paused: true));
    }

    [Fact]
    public async Task Start_TwoVersionsSideBySide_KeepEachOthersSchedules()
    {
        using var old = await StartAsync(q => q.AddSchedule("both", "0 3 * * *", new NewTask("work")).AddSchedule("old", "0 1 * * *", new NewTask("work")));
        using var other = await StartAsync(q => q.AddSchedule("both", "0 3 * * *", new NewTask("work")).AddSchedule("new", "0 2 * * *", new NewTask("work")));
        using var again = await StartAsync(q => q.AddSchedule("both", "0 3 * * *", new NewTask("work")).AddSchedule("old", "0 1 * * *", new NewTask("work")));

        var list = await again.Services.GetRequiredService<ITaskQueue>().Schedules.ListAsync();

        Assert.Equal(["both", "new", "old"], list.Select(schedule => schedule.Name));
        Assert.All(list, schedule => Assert.False(schedule.Paused));
    }

    [Fact]
    public async Task Start_WrongSchedules_ListsAllThatIsWrong()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(q => q
            .AddHandler("count", (Count _) => { })
            .AddSchedule("bad", "61 * * * *", new NewTask("work"))
            .AddSchedule("zone", "@daily", new NewTask("work"), s => s with { TimeZone = "Mars/Base" })
            .AddSchedule("no handler", "@daily", new Uri("http://localhost"))
            .AddSchedule("twice", "@daily", new Count(1))
            .AddSchedule("twice", "@hourly", new Count(1))));

        Assert.Equal(4, error.Failures.Count());
        Assert.Contains(error.Failures, failure => failure.StartsWith("schedule 'bad': The expression '61 * * * *' is not valid", StringComparison.Ordinal));
        Assert.Contains(error.Failures, failure => failure.StartsWith("schedule 'zone': The time zone 'Mars/Base' is not valid", StringComparison.Ordinal));
        Assert.Contains(error.Failures, failure => failure.StartsWith("schedule 'no handler': No handler is registered", StringComparison.Ordinal));
        Assert.Contains(error.Failures, failure => failure.StartsWith("schedule 'twice': 2 schedules have this name", StringComparison.Ordinal));
        Assert.False(File.Exists(directory.FilePath));
    }

    [Fact]
    public async Task Worker_OpenQueue_FiresAtItsTimeByItself()
    {
        var fired = new TaskCompletionSource<TaskContext>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = await StartAsync(q => q
            .AddHandler("tick", (Count _, TaskContext context) => { fired.TrySetResult(context); })
            .AddSchedule("tick", "@every 1s", new Count(1))
            .AddWorker());

        var context = await fired.Task.WaitAsync(Limit);

        Assert.Equal("tick", context.Schedule);
        await host.StopAsync();
    }

    private static async Task AssertIsAsync(ITaskQueue queue, string name, string expression, bool paused)
    {
        var schedule = await queue.Schedules.GetAsync(name);
        Assert.Equal((expression, paused), (schedule!.Schedule.Expression, schedule.Paused));
    }

    private async Task RunAsync(Action<DurableQueueBuilder> configure, Func<ITaskQueue, Task> use)
    {
        using var host = await StartAsync(configure);
        await use(host.Services.GetRequiredService<ITaskQueue>());
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    private async Task<IHost> StartAsync(Action<DurableQueueBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDurableQueue(q =>
        {
            q.UseSqlite(directory.FilePath);
            configure(q);
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private sealed record Count(int By);
}
