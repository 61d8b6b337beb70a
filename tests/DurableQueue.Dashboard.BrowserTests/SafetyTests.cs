using System.Text.Json;
using static Microsoft.Playwright.Assertions;

namespace DurableQueue.Dashboard.BrowserTests;

/// <summary>What comes from a task is text, whatever it says.</summary>
public sealed class SafetyTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static readonly string[] Corpus =
    [
        "<img src=x onerror=window.hit=1>",
        "<script>window.hit=1</script>",
        "\"><svg onload=window.hit=1>",
        "javascript:window.hit=1",
        "'-(window.hit=1)-'",
        "</textarea></title></script><script>window.hit=1</script>",
        "<iframe srcdoc=\"<script>parent.hit=1</script>\">",
        "{{constructor.constructor('window.hit=1')()}}",
        "\u202e<b>evil</b>",
        "<a href=\"//example.org\" onclick=window.hit=1>x</a>",
    ];

    [Fact]
    public async Task Texts_OfTasks_AreShownAsTextsOnEveryPage()
    {
        await using var host = await BrowserHost.StartAsync(q => q
            .AddHandler("fail", async (JsonElement text, TaskContext context) =>
            {
                await context.ReportProgressAsync(0.5, text.GetString());
                throw new InvalidOperationException(text.GetString());
            })
            .AddHandler("stay", async (JsonElement text, TaskContext context, CancellationToken ct) =>
            {
                await context.ReportProgressAsync(0.5, text.GetString(), ct);
                await Task.Delay(Timeout.Infinite, ct);
            })
            .AddWorker(w => w.Concurrency = 32));
        List<TaskId> failing = [];
        foreach (var (index, text) in Corpus.Index())
        {
            var payload = JsonSerializer.SerializeToUtf8Bytes(text);
            var metadata = new Dictionary<string, string> { [$"key {text}"] = text };
            failing.Add(await host.Queue.EnqueueAsync(new NewTask("fail", payload) { Label = text, Metadata = metadata, MaxAttempts = 1 }));
            await host.Queue.EnqueueAsync(new NewTask("stay", payload) { Metadata = metadata });
            var asked = await host.Queue.EnqueueAsync(new NewTask("held", payload) { RequiresApproval = true, DedupKey = text });
            if (index % 2 == 0)
            {
                await host.Queue.Control.RejectAsync(asked, $"by {text}", text);
            }

            await host.Queue.Schedules.AddAsync(new NewSchedule($"schedule-{index}", "0 3 * * *", new NewTask("held", payload) { Label = text }));
            await host.Queue.Schedules.PauseAsync($"schedule-{index}", text);
            await host.Queue.Budgets.SetAsync(BudgetTarget.Value("tenant", text), new BudgetPolicy { Rate = new RateCap(10, TimeSpan.FromMinutes(1)) });
        }

        await host.Queue.Inspector.WaitAsync(TaskSelector.ByIds(failing));
        await using var tab = await chromium.OpenAsync(host);
        string[] paths = [.. Pages.Names, "tasks?q=label%7E%3Cimg", "approvals?state=all", .. failing.Select(id => $"tasks/{id}")];
        foreach (var path in paths)
        {
            await tab.GoAsync(path);
            await Expect(tab.Page.Locator(".pending")).ToHaveCountAsync(0);
            Assert.False(await tab.Page.EvaluateAsync<bool>("'hit' in window || document.querySelector('#app :is(img, script, iframe, b)') !== null"), $"/{path} runs what a task says.");
        }

        await Expect(tab.Page.Locator("h1")).ToContainTextAsync("<a href=\"//example.org\"");
    }
}
