using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace DurableQueue.Dashboard.BrowserTests;

public sealed class BoardTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task Board_TaskThatNeedsApproval_IsCreatedApprovedRunAndDone()
    {
        await using var host = await BrowserHost.StartAsync(q => q
            .AddHandler("greet", (Greeting greeting) => $"hello {greeting.Name}", h => h.Description = "Says hello.").AddWorker());
        await using var tab = await chromium.OpenAsync(host);

        await tab.Button("Create task").ClickAsync();
        await tab.Dialog.GetByLabel("Type").FillAsync("greet");
        await tab.Dialog.GetByLabel("Payload").FillAsync("""{"name":"Ada"}""");
        await tab.Dialog.GetByLabel("Label").FillAsync("greet Ada");
        await tab.Dialog.GetByText("Needs approval before it runs").ClickAsync();
        await tab.Dialog.GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true }).ClickAsync();
        await Expect(tab.Dialog).ToHaveCountAsync(0);

        var queued = tab.Page.Locator("[data-column=queued] .card");
        await Expect(queued).ToContainTextAsync("greet Ada");
        await queued.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await tab.Dialog.GetByLabel("Note").FillAsync("go ahead");
        await tab.Dialog.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();

        var done = tab.Page.Locator("[data-column=done] .card");
        await Expect(done).ToContainTextAsync("greet Ada");
        await done.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(tab.Page.Locator("h1")).ToContainTextAsync("greet Ada");
        await Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "Result" })).ToContainTextAsync("hello Ada");
        await Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "Approvals" })).ToContainTextAsync("go ahead");
        Assert.Equal("ann", (await host.Queue.Approvals.ReadAsync(new ApprovalQuery()).FirstAsync()).DecidedBy);
    }

    [Fact]
    public async Task Board_TaskThatRunsAndEnds_MovesBetweenColumnsByItself()
    {
        using var mayEnd = new SemaphoreSlim(0);
        await using var host = await BrowserHost.StartAsync(q => q.AddHandler("wait", async (TaskContext context, CancellationToken ct) => await mayEnd.WaitAsync(ct)).AddWorker());
        var id = await host.Queue.EnqueueAsync(new NewTask("wait") { Stashed = true });
        await using var tab = await chromium.OpenAsync(host);
        await Expect(tab.Card(id, "queued")).ToBeVisibleAsync();
        await Expect(tab.Page.Locator("[data-live=live]").First).ToBeAttachedAsync();

        await host.Queue.Control.UnstashAsync(id);
        await Expect(tab.Card(id, "active")).ToBeVisibleAsync();
        await Expect(tab.Card(id, "queued")).ToHaveCountAsync(0);
        mayEnd.Release();
        await Expect(tab.Card(id, "done")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Board_CardSomebodyPointsAt_KeepsItsPlaceUntilTheyLookAway()
    {
        await using var host = await BrowserHost.StartAsync();
        List<TaskId> ids = [];
        for (var number = 0; number < 4; number++)
        {
            ids.Add(await host.Queue.EnqueueAsync(new NewTask("any") { Label = $"number {number}" }));
        }

        await using var tab = await chromium.OpenAsync(host);
        await tab.Card(ids[2], "queued").HoverAsync();
        var before = await tab.Card(ids[2], "queued").BoundingBoxAsync();
        await host.Queue.Control.CancelAsync(ids[0]);
        await Expect(tab.Card(ids[0], "done")).ToBeVisibleAsync();
        await Expect(tab.Card(ids[0], "queued")).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("gone"));
        Assert.Equal(before!.Y, (await tab.Card(ids[2], "queued").BoundingBoxAsync())!.Y);

        await tab.Page.Mouse.MoveAsync(5, 5);
        await Expect(tab.Card(ids[0], "queued")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Board_TaskThatChangedMeanwhile_IsNotChangedAndThePageSaysWhatItIs()
    {
        await using var host = await BrowserHost.StartAsync();
        var id = await host.Queue.EnqueueAsync(new NewTask("any") { RequiresApproval = true });
        await using var tab = await chromium.OpenAsync(host);
        await tab.Card(id).GetByRole(AriaRole.Button, new() { Name = "Reject" }).ClickAsync();
        await tab.Dialog.GetByLabel("Reason").FillAsync("too expensive");
        await host.Queue.Control.CancelAsync(id);
        await tab.Dialog.GetByRole(AriaRole.Button, new() { Name = "Reject" }).ClickAsync();
        await Expect(tab.Page.Locator(".toast")).ToContainTextAsync($"task {id} is cancelled now");
    }

    private sealed record Greeting(string Name);
}
