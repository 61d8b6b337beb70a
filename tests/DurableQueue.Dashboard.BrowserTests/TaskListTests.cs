using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace DurableQueue.Dashboard.BrowserTests;

public sealed class TaskListTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task Query_WithAMistake_ShowsTheErrorAtItsColumn()
    {
        await using var host = await BrowserHost.StartAsync();
        await using var tab = await chromium.OpenAsync(host, "tasks");
        var query = tab.Page.GetByRole(AriaRole.Combobox, new() { Name = "Query" });
        await query.FillAsync("status=failed and grp=ml");
        await query.PressAsync("Escape");
        await query.PressAsync("Enter");
        await Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("unknown field 'grp'");
        Assert.Equal(new string(' ', 18) + "^", await tab.Page.Locator(".query-mark").TextContentAsync());
        await Expect(query).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(query).ToHaveValueAsync("status=failed and grp=ml");
    }

    [Fact]
    public async Task Query_IsSuggestedByKeys()
    {
        await using var host = await BrowserHost.StartAsync();
        await host.Queue.Groups.EnsureAsync("mail", 2);
        await host.Queue.EnqueueAsync(new NewTask("any") { Group = "mail", Label = "in mail" });
        await host.Queue.EnqueueAsync(new NewTask("any") { Label = "elsewhere" });
        await using var tab = await chromium.OpenAsync(host, "tasks");
        await Expect(tab.Text("elsewhere")).ToBeVisibleAsync();
        await tab.Page.Keyboard.PressAsync("/");
        await tab.Page.Keyboard.TypeAsync("gro");
        await tab.Page.Keyboard.PressAsync("ArrowDown");
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab.Page.GetByRole(AriaRole.Combobox, new() { Name = "Query" })).ToHaveValueAsync("group");
        await tab.Page.Keyboard.TypeAsync("=ma");
        await tab.Page.Keyboard.PressAsync("ArrowDown");
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab.Page.GetByRole(AriaRole.Combobox, new() { Name = "Query" })).ToHaveValueAsync("group=mail");
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab.Text("elsewhere")).ToHaveCountAsync(0);
        await Expect(tab.Text("in mail")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Selection_AThousandChanges_StaysWithItsRowsWhereTheyWere()
    {
        await using var host = await BrowserHost.StartAsync();
        var ids = await host.Queue.EnqueueAsync([.. Enumerable.Range(0, 60).Select(number => new NewTask("any") { Label = $"number {number}", Stashed = true })]);
        await using var tab = await chromium.OpenAsync(host, "tasks");
        TaskId[] chosen = [ids[50], ids[40], ids[30]];
        foreach (var id in chosen)
        {
            await tab.Page.GetByLabel($"Select task {id}").CheckAsync();
        }

        await tab.Card(ids[30]).ScrollIntoViewIfNeededAsync();
        var place = await tab.Card(ids[30]).BoundingBoxAsync();
        await Expect(tab.Page.Locator("[data-live=live]").First).ToBeAttachedAsync();
        for (var batch = 0; batch < 10; batch++)
        {
            await host.Queue.EnqueueAsync([.. Enumerable.Range(0, 95).Select(number => new NewTask("other") { Label = $"noise {batch} {number}", Stashed = true })]);
            for (var number = 0; number < 5; number++)
            {
                await host.Queue.Control.CancelAsync(ids[(batch * 5) + number]);
            }
        }

        // The list has followed: what was cancelled last is shown as such.
        await Expect(tab.Card(ids[49])).ToContainTextAsync("Cancelled");
        await Expect(tab.Text("3 selected")).ToBeVisibleAsync();
        foreach (var id in chosen)
        {
            await Expect(tab.Page.GetByLabel($"Select task {id}")).ToBeCheckedAsync();
        }

        Assert.Equal(place!.Y, (await tab.Card(ids[30]).BoundingBoxAsync())!.Y);
        await Expect(tab.Page.GetByRole(AriaRole.Button, new() { NameRegex = new System.Text.RegularExpressions.Regex("new tasks") })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Pages_ForwardAndBack_ShowEveryTaskOnce()
    {
        await using var host = await BrowserHost.StartAsync();
        var ids = await host.Queue.EnqueueAsync([.. Enumerable.Range(0, 120).Select(_ => new NewTask("any"))]);
        await using var tab = await chromium.OpenAsync(host, "tasks");
        HashSet<string> seen = [];
        for (var page = 0; page < 3; page++)
        {
            await Expect(tab.Card(ids[119 - (page * 50)])).ToBeVisibleAsync();
            foreach (var row in await tab.Page.Locator("tr[data-task]").AllAsync())
            {
                Assert.True(seen.Add((await row.GetAttributeAsync("data-task"))!));
            }

            if (page < 2)
            {
                await tab.Button("Next page").ClickAsync();
            }
        }

        Assert.Equal(120, seen.Count);
        await tab.Page.GoBackAsync();
        await Expect(tab.Card(ids[69])).ToBeVisibleAsync();
    }
}
