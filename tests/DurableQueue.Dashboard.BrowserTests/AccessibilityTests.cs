using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace DurableQueue.Dashboard.BrowserTests;

/// <summary>Every page and every dialog, in both themes, against the rules of WCAG 2.2 AA that a program can check; and a picture of each for people.</summary>
public sealed class AccessibilityTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static readonly AxeRunOptions AllRules = new()
    {
        RunOnly = new RunOnlyOptions { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
        ResultTypes = [ResultType.Violations],
    };

    /// <summary>What else a rule looks at does not depend on the theme.</summary>
    private static readonly AxeRunOptions Colours = new() { RunOnly = new RunOnlyOptions { Type = "rule", Values = ["color-contrast"] }, ResultTypes = [ResultType.Violations] };

    /// <summary>What a narrow page may break.</summary>
    private static readonly AxeRunOptions Sizes = new()
    {
        RunOnly = new RunOnlyOptions { Type = "rule", Values = ["target-size", "scrollable-region-focusable", "aria-hidden-focus", "button-name", "link-name", "td-headers-attr"] },
        ResultTypes = [ResultType.Violations],
    };

    private static readonly (string Path, string Button)[] Dialogs =
    [
        ("", "Create task"), ("", "Keyboard shortcuts"), ("", "Appearance and times"), ("tasks", "Columns"), ("groups", "Add group"), ("schedules", "Add schedule"), ("budgets", "Set a budget"),
    ];

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Pages_InThisTheme_BreakNoRule(ColorScheme theme)
    {
        await using var host = await BrowserHost.StartAsync(Scene.Handlers, options => options.AllowCommands = true);
        var ids = await Scene.SetAsync(host.Queue);
        var look = new BrowserNewContextOptions { ColorScheme = theme, ViewportSize = new ViewportSize { Width = 1280, Height = 900 } };
        await using var tab = await chromium.OpenAsync(host, "", look);
        List<string> broken = [];
        foreach (var path in Pages.Of(ids))
        {
            await tab.GoAsync(path);
            await Expect(tab.Page.Locator(".pending")).ToHaveCountAsync(0);
            await Expect(tab.Page.Locator("[data-live=live]").First).ToBeAttachedAsync();
            await CheckAsync($"/{path}");
            await Pictures.TakeAsync(tab.Page, path, theme);
        }

        foreach (var (path, button) in Dialogs)
        {
            await tab.GoAsync(path);
            await tab.Button(button).First.ClickAsync();
            await Expect(tab.Dialog).ToBeVisibleAsync();
            await CheckAsync($"/{path}: {button}");
            await Pictures.TakeAsync(tab.Page, $"{path} {button}", theme);
            await tab.Page.Keyboard.PressAsync("Escape");
            await Expect(tab.Dialog).ToHaveCountAsync(0);
            Assert.Equal(button, await tab.Page.EvaluateAsync<string>("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"));
        }

        Assert.True(broken.Count == 0, string.Join('\n', broken));

        async Task CheckAsync(string place)
        {
            var found = await tab.Page.RunAxe(theme == ColorScheme.Light ? AllRules : Colours);
            broken.AddRange(found.Violations.Select(rule => $"{place}: {rule.Id}: {string.Join(" | ", rule.Nodes.Take(3).Select(node => node.Html))}"));
        }
    }

    [Fact]
    public async Task Pages_OnAPhone_BreakNoRule()
    {
        await using var host = await BrowserHost.StartAsync(Scene.Handlers);
        var ids = await Scene.SetAsync(host.Queue);
        await using var tab = await chromium.OpenAsync(host, "", new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 320, Height = 640 } });
        List<string> broken = [];
        foreach (var path in Pages.Of(ids))
        {
            await tab.GoAsync(path);
            await Expect(tab.Page.Locator(".pending")).ToHaveCountAsync(0);
            broken.AddRange((await tab.Page.RunAxe(Sizes)).Violations.Select(rule => $"/{path}: {rule.Id}: {rule.Nodes[0].Html} {string.Join(" ", rule.Nodes[0].Any.Select(check => check.Message))}"));
            await Pictures.TakeAsync(tab.Page, $"{path} phone", ColorScheme.Light);
        }

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }
}
