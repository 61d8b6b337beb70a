using System.Text.RegularExpressions;
using DurableQueue.Processes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace DurableQueue.Dashboard.BrowserTests;

/// <summary>What an operator does all day: act on many, read a log, find an error, read a graph, decide from a phone, plan a schedule.</summary>
public sealed class OperatorTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task Selection_Cancelled_SaysFirstWhatWouldHappenAndLeavesWhatHasEnded()
    {
        await using var host = await BrowserHost.StartAsync();
        var ids = await host.Queue.EnqueueAsync([.. Enumerable.Range(0, 4).Select(number => new NewTask("any") { Label = $"number {number}" })]);
        await host.Queue.Control.CancelAsync(ids[0]);
        await using var tab = await chromium.OpenAsync(host, "tasks");
        await tab.Page.GetByLabel("Select all on this page").CheckAsync();
        await tab.Page.GetByRole(AriaRole.Group, new() { Name = "Selection" }).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(tab.Dialog).ToContainTextAsync("Would cancel 3: 3 queued");
        await Expect(tab.Dialog).ToContainTextAsync("1 stays as it is: cancelled");
        Assert.Equal(TaskState.Queued, (await host.Queue.Inspector.GetAsync(ids[1]))!.State);

        await tab.Dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel 3" }).ClickAsync();
        await Expect(tab.Dialog).ToHaveCountAsync(0);
        await Expect(tab.Page.Locator(".toast")).ToContainTextAsync("3 tasks cancelled");
        Assert.Equal(4, await CountAsync(host, "status=cancelled"));
    }

    [Fact]
    public async Task AllThatMatch_Stashed_AreMoreThanThePageShows()
    {
        await using var host = await BrowserHost.StartAsync();
        await host.Queue.EnqueueAsync([.. Enumerable.Range(0, 60).Select(_ => new NewTask("any"))]);
        await host.Queue.EnqueueAsync(new NewTask("other"));
        await using var tab = await chromium.OpenAsync(host, "tasks?q=type%3Dany+order+by+id+desc");
        await tab.Page.GetByLabel("Select all on this page").CheckAsync();
        await tab.Button("Select all that match").ClickAsync();
        await tab.Page.GetByRole(AriaRole.Group, new() { Name = "Selection" }).GetByRole(AriaRole.Button, new() { Name = "Stash", Exact = true }).ClickAsync();
        await Expect(tab.Dialog).ToContainTextAsync("Would stash 60: 60 queued");
        await tab.Dialog.GetByRole(AriaRole.Button, new() { Name = "Stash 60" }).ClickAsync();
        await Expect(tab.Dialog).ToHaveCountAsync(0);
        Assert.Equal(60, await CountAsync(host, "status=stashed"));
        Assert.Equal(TaskHolds.None, (await host.Queue.Inspector.GetAsync(new TaskId(61)))!.Holds);
    }

    [Fact]
    public async Task Log_OfARunningCommand_IsFollowedInItsColours()
    {
        await using var host = await BrowserHost.StartAsync(q => q.AddCommands().AddWorker());
        var gate = Path.Combine(Path.GetTempPath(), $"durable-queue-gate-{Guid.NewGuid():N}");
        try
        {
            var command = new CommandTask { CommandLine = $"""printf '\033[32mfirst\033[0m\n'; while [ ! -e '{gate}' ]; do sleep 0.05; done; printf '\033[31;1m<b>second</b>\033[0m\n'""" };
            var id = await host.Queue.EnqueueAsync(command.ToTask(t => t with { MaxAttempts = 1 }));
            await using var tab = await chromium.OpenAsync(host, $"tasks/{id}");
            await Expect(tab.Page.Locator(".log .f2")).ToHaveTextAsync("first");
            await Expect(tab.Page.Locator(".log")).Not.ToContainTextAsync("second");
            await File.WriteAllTextAsync(gate, "");
            await Expect(tab.Page.Locator(".log .f1.bold")).ToHaveTextAsync("<b>second</b>");
            await Expect(tab.Page.Locator(".summary .state")).ToHaveTextAsync("Done");
        }
        finally
        {
            File.Delete(gate);
        }
    }

    [Fact]
    public async Task Errors_OfManyTasks_AreGroupedAndLeadToTheirTasks()
    {
        await using var host = await BrowserHost.StartAsync(q => q
            .AddHandler("fail", (TaskContext context) => { throw new InvalidOperationException($"order {context.Id} was refused"); }).AddWorker());
        var ids = await host.Queue.EnqueueAsync([.. Enumerable.Range(0, 3).Select(_ => new NewTask("fail") { MaxAttempts = 1 })]);
        await host.Queue.Inspector.WaitAsync(TaskSelector.ByIds(ids));
        await using var tab = await chromium.OpenAsync(host, "errors");
        var row = tab.Page.Locator("tbody tr");
        await Expect(row).ToHaveCountAsync(1);
        await Expect(row).ToContainTextAsync("order # was refused");
        await Expect(row.Locator("td").First).ToHaveTextAsync("3");
        await row.GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(tab.Page.Locator("tr[data-task]")).ToHaveCountAsync(3);
    }

    [Fact]
    public async Task Graph_OfFortyTasks_IsDrawnFollowedAndLeadsToThem()
    {
        await using var host = await BrowserHost.StartAsync();
        List<TaskId> ids = [await host.Queue.EnqueueAsync(new NewTask("any") { Label = "root" })];
        for (var number = 1; number < 40; number++)
        {
            ids.Add(await host.Queue.EnqueueAsync(new NewTask("any") { Label = $"part {number}", After = [ids[(number - 1) / 3]] }));
        }

        await using var tab = await chromium.OpenAsync(host, $"tasks/{ids[0]}");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Graph" }).ClickAsync();
        await Expect(tab.Page.Locator(".node")).ToHaveCountAsync(40);
        await Expect(tab.Page.Locator(".edge")).ToHaveCountAsync(39);
        await host.Queue.Control.CancelAsync(ids[39]);
        await Expect(tab.Page.Locator($"[data-node='{ids[39]}']")).ToContainTextAsync("Cancelled");
        await tab.Page.Locator($"[data-node='{ids[0]}']").ClickAsync();
        await Expect(tab.Page.Locator("h1")).ToContainTextAsync("root");
    }

    [Fact]
    public async Task Approval_FromAPhone_LetsTheTaskRun()
    {
        await using var host = await BrowserHost.StartAsync(Scene.Handlers);
        var id = await host.Queue.EnqueueAsync(new NewTask("agent.prompt", Scene.Json("""{"text":"Fix the cart"}""")) { Label = "fix the cart" });
        var phone = new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 320, Height = 640 }, HasTouch = true, IsMobile = true };
        await using var tab = await chromium.OpenAsync(host, "", phone);
        await tab.Button("Menu").TapAsync();
        await tab.Page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("Approvals") }).TapAsync();
        await Expect(tab.Page.Locator("[data-request]")).ToContainTextAsync("rm -rf build && make release");
        await tab.Page.Locator("[data-request]").GetByRole(AriaRole.Button, new() { Name = "Approve" }).TapAsync();
        await tab.Dialog.GetByRole(AriaRole.Button, new() { Name = "Approve" }).TapAsync();
        await Expect(tab.Text("Nothing waits for a decision")).ToBeVisibleAsync();
        await host.Queue.Inspector.WaitAsync(id);
        Assert.Equal(TaskState.Done, (await host.Queue.Inspector.GetAsync(id))!.State);
    }

    [Fact]
    public async Task Schedule_AcrossAClockChange_IsShownBeforeItIsAddedAndRunsAtOnce()
    {
        await using var host = await BrowserHost.StartAsync();
        await using var tab = await chromium.OpenAsync(host, "schedules");
        await tab.Button("Add schedule").ClickAsync();
        await tab.Dialog.GetByLabel("Name").FillAsync("nightly");
        await tab.Dialog.GetByLabel("When").FillAsync("0 3 * * 8");
        await Expect(tab.Dialog.GetByRole(AriaRole.Alert).First).ToContainTextAsync("8");
        // On the first of each month: one of the next five is behind a change of the clock.
        await tab.Dialog.GetByLabel("When").FillAsync("0 3 1 */2 *");
        await tab.Dialog.GetByLabel("Time zone").FillAsync("Europe/Berlin");
        await Expect(tab.Dialog.GetByText("the clock has changed").First).ToBeVisibleAsync();
        await tab.Dialog.GetByLabel("Type").FillAsync("report.build");
        await tab.Dialog.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();

        var tile = tab.Page.Locator("[data-schedule=nightly]");
        await Expect(tile).ToContainTextAsync("report.build");
        await tile.GetByRole(AriaRole.Button, new() { Name = "Run now" }).ClickAsync();
        await Expect(tile.GetByRole(AriaRole.List, new() { Name = "Last runs" }).GetByRole(AriaRole.Link)).ToHaveCountAsync(1);
        Assert.Equal(1, await CountAsync(host, "type=report.build and status=queued"));
    }

    private static async Task<int> CountAsync(BrowserHost host, string query) =>
        (await host.Queue.Inspector.QueryAsync(new TaskQuery { Filter = TaskFilter.Parse(query, TimeProvider.System), Limit = 1_000 })).Tasks.Count;
}
