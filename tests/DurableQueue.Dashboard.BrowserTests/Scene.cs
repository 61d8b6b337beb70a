using System.Text;
using DurableQueue.Processes;

namespace DurableQueue.Dashboard.BrowserTests;

/// <summary>A queue with something in every state, as a person finds it.</summary>
internal static class Scene
{
    /// <summary>Handlers that end when they are told to, so that nothing depends on time.</summary>
    public static void Handlers(DurableQueueBuilder queue) => queue
        .AddHandler("mail.send", (Mail mail) => Send(mail), h =>
        {
            h.Description = "Sends one e-mail.";
            h.MaxAttempts = 1;
        })
        .AddHandler("report.build", BuildAsync, h => h.Description = "Builds the monthly report as a PDF.")
        .AddHandler("agent.prompt", AskAsync, h => h.Description = "Gives a prompt to the coding agent.")
        .AddHandler("thumbnail", (Picture picture) => new { width = 320, height = 200, digest = 12345678901234567890m }, h => h.Description = "Makes a small picture of a large one.")
        .AddSchedule("nightly-report", "0 3 * * *", new NewTask("report.build", Json("""{"month":"2026-11"}""")), s => s with { TimeZone = "Europe/Berlin" })
        .AddSchedule("invoices", "0 9 1 * *", new NewTask("mail.send", Json("""{"to":"all@example.org"}""")), s => s with { TimeZone = "America/New_York" })
        .AddCommands()
        .AddWorker(w => w.Concurrency = 8);

    public static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);

    public static async Task<Dictionary<string, TaskId>> SetAsync(ITaskQueue queue)
    {
        await queue.Groups.EnsureAsync("mail", 2);
        await queue.Groups.EnsureAsync("ml", 1);
        await queue.Groups.PauseAsync("ml");
        await queue.Groups.EnsureAsync("reports", 2);
        await queue.Groups.SetPauseOnFailureAsync("reports", true);
        await queue.Budgets.SetAsync(BudgetTarget.Type("agent.prompt"), new BudgetPolicy { Cost = CostCap.PerDay(5m) with { Estimate = 0.05m } });
        await queue.Budgets.SetAsync(BudgetTarget.Group("mail"), new BudgetPolicy { Rate = new RateCap(600, TimeSpan.FromMinutes(1)) });
        await queue.Approvals.SetGateAsync(new ApprovalGate("production") { Group = "production", Approvers = ["ann", "bob"], ExpiresAfter = TimeSpan.FromHours(12) });

        var ids = new Dictionary<string, TaskId>();
        await AddAsync("report", new NewTask("report.build", Json("""{"month":"2026-11","regions":["north","south","east"],"options":{"format":"pdf","pages":600,"owner":{"name":"Ann","id":12345678901234567890}}}"""))
        {
            Group = "reports", Label = "November report", Priority = 5, Metadata = new Dictionary<string, string> { ["tenant"] = "acme", ["asked-by"] = "finance" },
        });
        await AddAsync("agent", new NewTask("agent.prompt", Json("""{"text":"Fix the failing test of the cart"}""")) { Label = "fix the cart test", Priority = 10 });
        await AddAsync("deploy", new NewTask("agent.prompt", Json("""{"text":"Deploy shop 4.2"}""")) { Group = "production", Label = "deploy shop 4.2 to production" });
        await AddAsync("upgrade", new NewTask("agent.prompt", Json("""{"text":"Upgrade packages"}""")) { RequiresApproval = true, Label = "upgrade the packages" });
        await AddAsync("after", new NewTask("mail.send", Json("""{"to":"board@example.org"}""")) { Group = "mail", Label = "send the November report", After = [ids["report"]] });
        await AddAsync("cover", new NewTask("thumbnail", Json("""{"file":"cover.png"}""")) { Label = "cover of the report", After = [ids["report"], ids["after"]] });
        await AddAsync("train", new NewTask("ml.train", Json("""{"model":"churn"}""")) { Group = "ml", Label = "train the churn model" });
        await AddAsync("evaluate", new NewTask("ml.evaluate", Json("{}")) { Label = "evaluate the churn model" });
        await AddAsync("later", new NewTask("mail.send", Json("""{"to":"x@example.org"}""")) { Label = "reminder", Delay = TimeSpan.FromHours(2) });
        await AddAsync("stashed", new NewTask("thumbnail", Json("{}")) { Label = "old photos", Stashed = true });
        await AddAsync("bounce", new NewTask("mail.send", Json("""{"to":"bounce@example.org"}""")) { Group = "mail", Label = "order 1002 confirmation" });
        await AddAsync("failing", new CommandTask { CommandLine = """printf '\033[32m✓\033[0m adds\n\033[31;1mFAIL\033[0m cart.spec.ts\n'; exit 1""", WorkingDirectory = "/tmp" }
            .ToTask(t => t with { Label = "npm test", Group = "ci", MaxAttempts = 1 }));
        for (var number = 0; number < 6; number++)
        {
            await AddAsync($"photo {number}", new NewTask("thumbnail", Json($$"""{"file":"photos/{{number}}.jpg"}""")) { Label = $"photo {number}" });
        }

        await AddAsync("cancelled", new NewTask("thumbnail", Json("{}")) { Label = "no longer wanted", Stashed = true });
        await queue.Control.CancelAsync(ids["cancelled"], "no longer wanted");
        TaskId[] finished = [ids["bounce"], ids["failing"], ids["photo 5"]];
        await queue.Inspector.WaitAsync(finished);
        return ids;

        async Task AddAsync(string name, NewTask task) => ids[name] = await queue.EnqueueAsync(task);
    }

    private static void Send(Mail mail)
    {
        if (mail.To.StartsWith("bounce", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"550 5.1.1 <{mail.To}>: recipient address rejected\nat Mail.Smtp.Send(Message message)");
        }
    }

    private static async Task BuildAsync(Report report, TaskContext context, CancellationToken cancellationToken)
    {
        await context.ReportProgressAsync(0.42, "page 252 of 600", cancellationToken);
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    private static async Task AskAsync(Prompt prompt, TaskContext context, CancellationToken cancellationToken)
    {
        await context.RequestApprovalAsync("Bash", """{"command":"rm -rf build && make release"}""", new ApprovalOptions { ExpiresAfter = TimeSpan.FromHours(8) }, cancellationToken);
        await context.ReportCostAsync(0.042m, cancellationToken: cancellationToken);
    }

    private sealed record Mail(string To);

    private sealed record Report(string Month);

    private sealed record Prompt(string Text);

    private sealed record Picture(string? File);
}
