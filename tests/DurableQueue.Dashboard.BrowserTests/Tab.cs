using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace DurableQueue.Dashboard.BrowserTests;

/// <summary>
/// A page with a dashboard. When it is closed it fails the test if there was an error on the console (a violation of the content security policy
/// is one), an exception, a request to another origin, or an answer of 500 or above.
/// </summary>
public sealed class Tab : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly BrowserHost host;
    private readonly ConcurrentQueue<string> complaints = new();

    public Tab(IBrowserContext context, IPage page, BrowserHost host)
    {
        this.context = context;
        this.host = host;
        Page = page;
        page.Console += (_, message) =>
        {
            // An answer of 4xx is an error to the browser, not to the page; one of 5xx is seen as an answer.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource: the server responded", StringComparison.Ordinal)
                && !(ServerMayBeGone && message.Text.StartsWith("Failed to load resource: net::", StringComparison.Ordinal)))
            {
                complaints.Enqueue($"console: {message.Text}");
            }
        };
        page.PageError += (_, error) => complaints.Enqueue($"exception: {error}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(host.Origin, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                complaints.Enqueue($"another origin: {request.Url}");
            }
        };
        page.Response += (_, response) =>
        {
            if (response.Status >= 500)
            {
                complaints.Enqueue($"{response.Status}: {response.Url}");
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Whether requests that find nobody are what the test wants.</summary>
    public bool ServerMayBeGone { get; set; }

    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(new Uri(host.Address, path).ToString());
        await Page.Locator("h1").First.WaitForAsync();
    }

    public ILocator Text(string text) => Page.GetByText(text, new PageGetByTextOptions { Exact = true }).First;

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = true });

    public ILocator Card(TaskId id, string? column = null) => Page.Locator($"{(column is null ? "" : $"[data-column={column}] ")}[data-task='{id.Value}']");

    public ILocator Dialog => Page.Locator("dialog[open]");

    /// <summary>Waits until an expression of JavaScript is true.</summary>
    public Task UntilAsync(string expression) => Page.WaitForFunctionAsync(expression);

    public async ValueTask DisposeAsync()
    {
        await context.DisposeAsync();
        Assert.Empty(complaints);
    }
}
