using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace DurableQueue.Dashboard.BrowserTests;

public sealed class LiveTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static readonly LocatorAssertionsToBeVisibleOptions Patient = new() { Timeout = 30_000 };

    [Fact]
    public async Task Server_StoppedAndStartedAgain_ThePageSaysSoAndComesBackByItself()
    {
        await using var host = await BrowserHost.StartAsync();
        await host.Queue.EnqueueAsync(new NewTask("any") { Label = "before" });
        await using var tab = await chromium.OpenAsync(host);
        await Expect(tab.Text("before")).ToBeVisibleAsync();
        tab.ServerMayBeGone = true;
        await host.StopAsync();
        await Expect(tab.Page.GetByText("The server does not answer.")).ToBeVisibleAsync(Patient);
        await Expect(tab.Text("before")).ToBeVisibleAsync();

        await host.StartAgainAsync();
        await host.Queue.EnqueueAsync(new NewTask("any") { Label = "after" });
        await Expect(tab.Text("after")).ToBeVisibleAsync(Patient);
        await Expect(tab.Page.GetByText("The server does not answer.")).ToHaveCountAsync(0, new() { Timeout = 30_000 });
    }

    [Fact]
    public async Task Stream_ThatIsBlocked_IsReplacedByPolling()
    {
        await using var host = await BrowserHost.StartAsync();
        await using var tab = await chromium.OpenAsync(host);
        await tab.Page.RouteAsync("**/events", route => route.FulfillAsync(new RouteFulfillOptions { Status = 404, Body = "" }));
        await tab.Page.ReloadAsync();
        await Expect(tab.Page.Locator(".side-foot [data-live=polling]")).ToBeVisibleAsync(Patient);
        await host.Queue.EnqueueAsync(new NewTask("any") { Label = "found by polling" });
        await Expect(tab.Text("found by polling")).ToBeVisibleAsync(Patient);
    }

    [Fact]
    public async Task Login_ThatEnds_LosesNothingAndGoesOnAfterTheNext()
    {
        await using var host = await BrowserHost.StartAsync();
        await using var tab = await chromium.OpenAsync(host);
        await tab.Button("Create task").ClickAsync();
        await tab.Dialog.GetByLabel("Type").FillAsync("typed.before");
        host.User = null;
        await tab.Dialog.GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true }).ClickAsync();
        await Expect(tab.Dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("no longer logged in");
        await Expect(tab.Dialog.GetByLabel("Type")).ToHaveValueAsync("typed.before");
        await tab.Dialog.GetByRole(AriaRole.Button, new() { Name = "Close", Exact = true }).Last.ClickAsync();
        await Expect(tab.Page.GetByRole(AriaRole.Link, new() { Name = "Log in again" })).ToBeVisibleAsync();

        host.User = "ann";
        await tab.Button("I have logged in").ClickAsync();
        await Expect(tab.Page.GetByRole(AriaRole.Link, new() { Name = "Log in again" })).ToHaveCountAsync(0);
        await tab.Button("Create task").ClickAsync();
        await tab.Dialog.GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true }).ClickAsync();
        await Expect(tab.Page.Locator("[data-column=queued] .card")).ToContainTextAsync("typed.before");
    }

    [Fact]
    public async Task Updates_Paused_StandStillUntilTheyGoOn()
    {
        await using var host = await BrowserHost.StartAsync();
        await host.Queue.EnqueueAsync(new NewTask("any") { Label = "first" });
        await using var tab = await chromium.OpenAsync(host);
        await Expect(tab.Text("first")).ToBeVisibleAsync();
        await Expect(tab.Page.Locator("[data-live=live]").First).ToBeAttachedAsync();
        await tab.Page.Keyboard.PressAsync("p");
        await Expect(tab.Text("Updates are paused.")).ToBeVisibleAsync();

        List<string> asked = [];
        tab.Page.Request += (_, request) => asked.Add(request.Url);
        var hint = tab.Page.WaitForResponseAsync(response => response.Url.EndsWith("/api/meta", StringComparison.Ordinal));
        await host.Queue.EnqueueAsync(new NewTask("any") { Label = "second" });
        await tab.Page.EvaluateAsync("fetch('api/meta').then(answer => answer.json())");
        await hint;
        await Expect(tab.Text("second")).ToHaveCountAsync(0);
        Assert.DoesNotContain(asked, url => url.Contains("/board", StringComparison.Ordinal));

        await tab.Page.Keyboard.PressAsync("p");
        await Expect(tab.Text("second")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Viewer_WithoutRights_IsNotOfferedWhatTheServerWouldRefuse()
    {
        await using var host = await BrowserHost.StartAsync(configure: options => options.ReadOnly = true);
        var id = await host.Queue.EnqueueAsync(new NewTask("any") { RequiresApproval = true });
        await using var tab = await chromium.OpenAsync(host);
        await Expect(tab.Card(id)).ToBeVisibleAsync();
        await Expect(tab.Button("Create task")).ToHaveCountAsync(0);
        await Expect(tab.Card(id).GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        await tab.Page.Keyboard.PressAsync("c");
        await Expect(tab.Dialog).ToHaveCountAsync(0);
    }
}
