using System.Text.Json;
using DurableQueue;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Trimmed;

internal static class Shop
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(string path, bool withContext)
    {
        using var host = Build(path, withContext);
        try
        {
            await host.StartAsync();
        }
        catch (OptionsValidationException error)
        {
            Console.WriteLine(error.Message);
            return 3;
        }

        var queue = host.Services.GetRequiredService<ITaskQueue>();
        await WorkAsync(queue);
        await ReadAsync(queue);
        await host.StopAsync();
        Console.WriteLine("ok");
        return 0;
    }

    private static IHost Build(string path, bool withContext)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Queue:Store:Path"] = path,
            ["Queue:Store:Durability"] = "Normal",
            ["Queue:Store:BusyTimeout"] = "00:00:10",
            ["Queue:Workers:shop:Concurrency"] = "2",
            ["Queue:Workers:shop:Groups:0"] = "default",
            ["Queue:Handlers:order:Timeout"] = "00:01:00",
            ["Queue:Handlers:order:Retry:InitialDelay"] = "00:00:01",
            ["Queue:Retention:Succeeded"] = "7.00:00:00",
        });
        builder.Services.AddDurableQueue(q =>
        {
            q.Configure(builder.Configuration.GetSection("Queue"))
                .AddHandler<Order, Receipt, OrderHandler>("order")
                .AddHandler<Order>("order.check", (order, context, token) => order.Count > 0
                    ? Task.CompletedTask
                    : throw new PermanentTaskException("Nothing was ordered."))
                .AddHandler("tidy", (context, token) => Task.CompletedTask)
                .AddHandler<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>("bytes", (bytes, context, token) => Task.FromResult(bytes))
                .AddSchedule("nightly", "0 3 * * *", new NewTask("tidy"))
                .AddWorker("shop");
            if (withContext)
            {
                q.UseJson(ShopJson.Default);
            }
        });
        return builder.Build();
    }

    private static async Task WorkAsync(ITaskQueue queue)
    {
        var receipt = await queue.EnqueueAndWaitAsync<Receipt>("order", new Order("tea", 2), timeout: Limit);
        Expect(receipt?.Text.StartsWith("2 × tea", StringComparison.Ordinal) == true, "a class gives its result");
        var refused = await queue.EnqueueAsync("order.check", new Order("tea", 0));
        var tidy = await queue.EnqueueAsync(new NewTask("tidy")
        {
            After = [new TaskDependency(refused, DependencyCondition.Failed)],
            Retry = RetryPolicy.Fixed(TimeSpan.FromSeconds(1)),
            Metadata = new Dictionary<string, string> { ["customer"] = "ada" },
            Label = "after/tea",
        });
        var bytes = await queue.EnqueueAsync("bytes", new ReadOnlyMemory<byte>([1, 255]));
        await queue.Schedules.RunNowAsync("nightly");
        var summary = await queue.Inspector.WaitAsync(
            TaskSelector.ByIds([refused, tidy, bytes]), new WaitOptions { Timeout = Limit });
        Expect(summary is { TimedOut: false, Failed: 1, Succeeded: 2 }, "functions run");
        Expect((await queue.Inspector.GetResultAsync<ReadOnlyMemory<byte>>(bytes)).Span.SequenceEqual((byte[])[1, 255]), "bytes stay as they are");
    }

    /// <summary>Each kind of read: what is trimmed too much shows here.</summary>
    private static async Task ReadAsync(ITaskQueue queue)
    {
        await queue.Groups.EnsureAsync("mail", 3);
        await queue.Budgets.SetAsync(BudgetTarget.Group("mail"), new BudgetPolicy { Rate = new RateCap(5, TimeSpan.FromMinutes(1)) });
        await queue.Notifications.RaiseAsync(new NewNotification("shop.open", "at nine"));
        await queue.Approvals.SetGateAsync(new ApprovalGate("big") { Type = "payment" });
        var payment = await queue.EnqueueAsync(new NewTask("payment") { Label = "pay" });

        var task = await queue.Inspector.GetAsync(new TaskId(1));
        Expect(task is { Type: "order", Outcome: TaskOutcome.Succeeded, Progress: 0.5, Timeout.TotalMinutes: 1 }, "a task is read whole");
        Expect(JsonSerializer.Serialize(task, ShopJson.Default.TaskInfo).Contains("\"state\":\"Done\"", StringComparison.Ordinal), "a task is written as JSON");
        Expect((await queue.Inspector.GetAttemptsAsync(new TaskId(2))).Count == 1, "attempts");
        Expect((await queue.Inspector.GetDependenciesAsync(new TaskId(3))).Count == 1, "dependencies");
        Expect((await queue.Inspector.GetContentsAsync([new TaskId(1), new TaskId(4)])).Count == 2, "contents");
        Expect((await queue.Inspector.GetPayloadAsync(new TaskId(1))).Length > 0, "payload");
        Expect((await queue.Inspector.GetResultAsync<Receipt>(new TaskId(1)))?.Task == new TaskId(1), "result");
        Expect((await queue.Inspector.GetWorkersAsync()).Count == 1, "workers");
        Expect((await queue.Inspector.CountAsync()).Total.Done >= 3, "counts");
        var query = new TaskQuery { States = [TaskState.Done], Types = ["order", "tidy"], Groups = ["default"], Outcomes = [TaskOutcome.Succeeded] };
        Expect((await queue.Inspector.QueryAsync(query)).Tasks.Count >= 2, "a query");
        Expect((await queue.Inspector.QueryAsync(new TaskQuery { Filter = TaskFilter.Parse("label~tea order by label", TimeProvider.System) })).Tasks.Count == 1, "a filter");
        Expect((await queue.Inspector.VerifyAsync()).IsSound, "a verification");
        Expect((await queue.Groups.ListAsync()).Any(group => group is { Name: "mail", Parallelism: 3 }), "groups");
        Expect(await queue.Groups.GetAsync("mail") is not null, "a group");
        Expect((await queue.Schedules.ListAsync()) is [{ Name: "nightly" }], "schedules");
        Expect((await queue.Schedules.GetRunsAsync("nightly")).Count == 1, "runs");
        Expect((await queue.Budgets.ListAsync()).Count == 1, "budgets");
        Expect((await queue.Budgets.GetAsync(BudgetTarget.Group("mail"))).Rate is not null, "a budget");
        Expect((await queue.Budgets.ListStatusAsync()).Count >= 1, "states of budgets");
        Expect((await queue.Budgets.GetChargesAsync(new TaskId(1))).Count == 1, "charges");
        Expect((await queue.Budgets.GetUsageAsync()).Count >= 1, "usage");
        Expect((await queue.Approvals.ListPendingAsync()) is [var asked] && asked.TaskId == payment && (await queue.Approvals.GetAsync(asked.Id)) is not null, "approvals");
        Expect((await queue.Approvals.ListGatesAsync()).Count == 1, "gates");
        Expect((await queue.Notifications.ReadAsync("till")).Count == 1, "notifications");
        await queue.Notifications.AcknowledgeAsync("till", 1);
        Expect((await queue.Notifications.ListSubscribersAsync()).Count == 1, "subscribers");
        await foreach (var finished in queue.Inspector.WatchAsync())
        {
            Expect(finished.Sequence > 0, "a watch");
            break;
        }
    }

    private static void Expect(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"Not so: {what}.");
        }
    }
}
