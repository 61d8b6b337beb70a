// A queue with something in every state, for people who work on the dashboard: dotnet run --project tests/DurableQueue.Dashboard.Host -- 5090
using System.Security.Claims;
using DurableQueue;
using DurableQueue.Processes;
using Microsoft.AspNetCore.Builder;

var port = args.FirstOrDefault() ?? "5090";
var directory = Directory.CreateTempSubdirectory("durable-queue-dashboard-host-").FullName;
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, EnvironmentName = "Production" });
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
builder.Services.AddDurableQueue(queue => queue
    .UseSqlite(Path.Combine(directory, "queue.db"))
    .AddHandler<Sleep>("sleep", async (payload, context, ct) =>
    {
        for (var step = 0; step < payload.Steps; step++)
        {
            await context.ReportProgressAsync((double)step / payload.Steps, $"step {step} of {payload.Steps}", ct);
            await Task.Delay(TimeSpan.FromMilliseconds(payload.Milliseconds), TimeProvider.System, ct);
        }
    }, handler => handler.Description = "Takes its time.")
    .AddHandler("fail", (_, _) => throw new InvalidOperationException("The mail server answered 550.\nNo such mailbox."), handler => handler.Description = "Fails.")
    .AddHandler("mail", (_, _) => Task.CompletedTask, handler => handler.Description = "Sends a mail.")
    .UseRouter(new RuleBasedRouter([new RoutingRule("mail") { Pattern = "mail", Reason = "It speaks of mail." }, new RoutingRule("sleep") { Reason = "Everything else sleeps." }]))
    .AddCommands()
    .AddWorker(worker => worker.Concurrency = 6));
builder.Services.AddDurableQueue("reports", queue => queue.UseSqlite(Path.Combine(directory, "reports.db")).AddHandler("report", (_, _) => Task.CompletedTask).AddWorker());

var app = builder.Build();
app.Use((http, next) =>
{
    http.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ada")], "host"));
    return next(http);
});
app.MapDurableQueueDashboard("/queue", options => options.AllowCommands = true).AllowAnonymous();
await app.StartAsync();

var queue = app.Services.GetRequiredService<ITaskQueue>();
await queue.Groups.EnsureAsync("ml", 2);
await queue.Groups.EnsureAsync("closed", 1);
await queue.Groups.PauseAsync("closed");
var parent = await queue.EnqueueAsync("sleep", new Sleep(60, 1_000), task => task with { Group = "ml", Label = "train the model" });
await queue.EnqueueAsync("sleep", new Sleep(60, 1_000), task => task with { Group = "ml", Label = "train another one" });
await queue.EnqueueAsync("sleep", new Sleep(60, 1_000), task => task with { Group = "ml", Label = "train a third one" });
await queue.EnqueueAsync(new NewTask("mail", """{"to":"team@example.com"}"""u8.ToArray()) { Label = "tell the team", After = [parent] });
await queue.EnqueueAsync(new NewTask("mail") { Group = "closed", Label = "in a paused group" });
await queue.EnqueueAsync(new NewTask("mail") { Delay = TimeSpan.FromMinutes(5), Label = "later" });
await queue.EnqueueAsync(new NewTask("mail") { Stashed = true, Label = "stashed" });
await queue.EnqueueAsync(new NewTask("mail") { RequiresApproval = true, Label = "delete the old backups" });
await queue.EnqueueAsync(new NewTask("unknown") { Label = "no worker for it" });
await queue.EnqueueAsync(new NewTask("mail") { Label = "<img src=x onerror=alert(1)>", Metadata = new Dictionary<string, string> { ["team"] = "<b>" } });
await queue.EnqueueAsync(new CommandTask { CommandLine = "for i in $(seq 1 600); do printf '\\033[32mstep\\033[0m %s\\n' $i; sleep 1; done" }.ToTask() with { Label = "a command" });
for (var number = 0; number < 8; number++)
{
    await queue.EnqueueAsync(new NewTask(number % 3 == 0 ? "fail" : "mail") { MaxAttempts = 2, Retry = RetryPolicy.Immediate, Label = $"number {number}" });
}

await queue.Schedules.AddAsync(new NewSchedule("nightly", "30 2 * * MON-FRI", new NewTask("mail")) { TimeZone = "Europe/Berlin" });
await queue.Schedules.AddAsync(new NewSchedule("often", "@every 30s", new NewTask("mail")));
await queue.Budgets.SetAsync(BudgetTarget.Group("ml"), new BudgetPolicy { Rate = new RateCap(100, TimeSpan.FromHours(1)) });
Console.WriteLine($"http://127.0.0.1:{port}/queue");
await app.WaitForShutdownAsync();
Directory.Delete(directory, recursive: true);

internal sealed record Sleep(int Steps, int Milliseconds);
