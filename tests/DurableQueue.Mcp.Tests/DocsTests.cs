using System.Text.RegularExpressions;
using DurableQueue.Cli.Tests;
using DurableQueue.Mcp.Calls;
using DurableQueue.Mcp.Tools;
using Xunit;

namespace DurableQueue.Mcp.Tests;

public sealed partial class DocsTests
{
    [Fact]
    public async Task Page_TableOfTools_IsThatOfTheCode()
    {
        var page = await File.ReadAllTextAsync(RepositoryRoot.File("docs", "mcp.md"));

        var listed = Rows().Matches(page).Select(row => (row.Groups["name"].Value, row.Groups["changes"].Value));

        Assert.Equal(QueueTools.Create().Cast<IQueueTool>().Select(tool => (tool.Text.Name, tool.Text.Effect == ToolEffect.Reads ? "no" : "yes")), listed);
    }

    [Fact]
    public async Task Page_SetUp_StartsAServer()
    {
        var page = await File.ReadAllTextAsync(RepositoryRoot.File("docs", "mcp.md"));
        Assert.Contains("""{ "command": "dq", "args": ["mcp"] }""", page, StringComparison.Ordinal);

        await using var box = new Sandbox();
        await using var agent = await AgentSession.StartAsync(box);
        Assert.Equal("dq", agent.Client.ServerInfo?.Name);
    }

    [GeneratedRegex(@"^\| `(?<name>queue_\w+)` \| (?<changes>yes|no) \|", RegexOptions.Multiline)]
    private static partial Regex Rows();
}
