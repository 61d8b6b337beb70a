using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace DurableQueue.Dashboard.BrowserTests;

/// <summary>The same pages for those with a keyboard only, a telephone, or another time zone.</summary>
public sealed class PeopleTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task Keyboard_Alone_GoesOpensSelectsCreatesAndRetries()
    {
        await using var host = await BrowserHost.StartAsync();
        var ids = await host.Queue.EnqueueAsync([.. Enumerable.Range(0, 3).Select(number => new NewTask("any") { Label = $"number {number}" })]);
        await host.Queue.Control.CancelAsync(ids[1]);
        await using var tab = await chromium.OpenAsync(host);
        var keys = tab.Page.Keyboard;

        await keys.PressAsync("?");
        await Expect(tab.Dialog).ToContainTextAsync("Keyboard shortcuts");
        await keys.PressAsync("Escape");
        await Expect(tab.Dialog).ToHaveCountAsync(0);

        await keys.PressAsync("g");
        await keys.PressAsync("t");
        await Expect(tab.Page.Locator("h1")).ToHaveTextAsync("Tasks");
        await Expect(tab.Card(ids[2])).ToBeVisibleAsync();
        await keys.PressAsync("j");
        await keys.PressAsync("x");
        await Expect(tab.Page.GetByLabel($"Select task {ids[2]}")).ToBeCheckedAsync();
        await keys.PressAsync("j");
        await keys.PressAsync("Enter");
        await Expect(tab.Page.Locator("h1")).ToContainTextAsync("number 1");
        await keys.PressAsync("r");
        await Expect(tab.Page.Locator(".toast")).ToContainTextAsync($"Task {ids[1]} queued again.");
        Assert.Equal(TaskState.Queued, (await host.Queue.Inspector.GetAsync(ids[1]))!.State);

        await host.Queue.Control.CancelAsync(ids[2]);
        await keys.PressAsync("g");
        await keys.PressAsync("t");
        await Expect(tab.Card(ids[2])).ToContainTextAsync("Cancelled");
        await keys.PressAsync("j");
        await keys.PressAsync("r");
        await Expect(tab.Page.Locator(".toast").Last).ToContainTextAsync($"Task {ids[2]} queued again.");

        await keys.PressAsync("c");
        await Expect(tab.Dialog).ToContainTextAsync("Create a task");
        await keys.TypeAsync("by.keyboard");
        await keys.PressAsync("Enter");
        await Expect(tab.Dialog).ToHaveCountAsync(0);
        await keys.PressAsync("g");
        await keys.PressAsync("b");
        await Expect(tab.Page.Locator("[data-column=queued]")).ToContainTextAsync("by.keyboard");
    }

    [Fact]
    public async Task Phone_ColumnsAreTabsAndTablesCards_AndNothingIsWiderThanTheScreen()
    {
        await using var host = await BrowserHost.StartAsync(Scene.Handlers);
        var ids = await Scene.SetAsync(host.Queue);
        var phone = new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 320, Height = 640 }, HasTouch = true, IsMobile = true };
        await using var tab = await chromium.OpenAsync(host, "", phone);
        await Expect(tab.Card(ids["deploy"])).ToBeVisibleAsync();
        await Expect(tab.Card(ids["report"])).ToBeHiddenAsync();
        await tab.Page.GetByRole(AriaRole.Group, new() { Name = "Column" }).GetByRole(AriaRole.Button, new() { NameRegex = new("Active") }).TapAsync();
        await Expect(tab.Card(ids["report"])).ToBeVisibleAsync();
        await Expect(tab.Card(ids["deploy"])).ToBeHiddenAsync();

        foreach (var path in Pages.Of(ids))
        {
            await tab.GoAsync(path);
            await Expect(tab.Page.Locator(".pending")).ToHaveCountAsync(0);
            Assert.True(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"/{path} is wider than the screen.");
        }
    }

    [Theory]
    [InlineData("Europe/Berlin", "GMT+1")]
    [InlineData("Asia/Kathmandu", "GMT+5:45")]
    public async Task TimeZone_OfTheBrowserOrTheOneThatWasChosen_IsThatOfAllTimes(string zone, string offset)
    {
        await using var host = await BrowserHost.StartAsync();
        var id = await host.Queue.EnqueueAsync(new NewTask("any") { NotBefore = new DateTimeOffset(2031, 1, 31, 12, 0, 0, TimeSpan.Zero) });
        await using var tab = await chromium.OpenAsync(host, $"tasks/{id}", new BrowserNewContextOptions { TimezoneId = zone });
        var due = tab.Page.Locator("time[datetime='2031-01-31T12:00:00.000Z']").First;
        await Expect(due).ToHaveAttributeAsync("title", new System.Text.RegularExpressions.Regex($"^2031-01-31 1[37]:[04][05]:00 {System.Text.RegularExpressions.Regex.Escape(offset)}$"));

        await tab.Button("Appearance and times").ClickAsync();
        await tab.Button("UTC").ClickAsync();
        await tab.Button("Exact").ClickAsync();
        await tab.Button("Close").ClickAsync();
        await Expect(due).ToHaveTextAsync("2031-01-31 12:00:00");

        // It is remembered.
        await tab.Page.ReloadAsync();
        await Expect(due).ToHaveTextAsync("2031-01-31 12:00:00");
    }
}
