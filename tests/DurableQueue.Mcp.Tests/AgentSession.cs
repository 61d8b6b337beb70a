using System.Diagnostics;
using System.Text.Json;
using DurableQueue.Cli.Tests;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Xunit;

namespace DurableQueue.Mcp.Tests;

/// <summary>A client of the SDK that talks with the built <c>dq mcp</c> over its standard streams.</summary>
internal sealed class AgentSession : IAsyncDisposable
{
    private readonly RecordedStream output;
    private readonly Task<string> errors;
    private Dictionary<string, Tool> tools = [];
    private bool isDisposed;

    private AgentSession(Process process)
    {
        Process = process;
        output = new RecordedStream(process.StandardOutput.BaseStream);
        errors = process.StandardError.ReadToEndAsync();
    }

    public Process Process { get; }

    public McpClient Client { get; private set; } = null!;

    public IReadOnlyDictionary<string, Tool> Tools => tools;

    /// <summary>What the server has written to standard output.</summary>
    public string Output => output.Text;

    public static Task<AgentSession> StartAsync(Sandbox box, params string[] arguments) => StartAsync(box, null, arguments);

    /// <summary>A client of the last revision in which a client subscribes to a resource with a request of its own.</summary>
    public static Task<AgentSession> StartOlderAsync(Sandbox box) => StartAsync(box, "2025-11-25", []);

    private static async Task<AgentSession> StartAsync(Sandbox box, string? revision, string[] arguments)
    {
        var session = new AgentSession(box.StartTalkingDq(["mcp", .. arguments]));
        try
        {
            session.Client = await McpClient.CreateAsync(
                new StreamClientTransport(session.Process.StandardInput.BaseStream, session.output),
                new McpClientOptions { ProtocolVersion = revision, ClientInfo = new Implementation { Name = "agent", Version = "1" } });
            session.tools = (await session.Client.ListToolsAsync()).ToDictionary(tool => tool.Name, tool => tool.ProtocolTool);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Calls a tool, which must succeed with a result that fits its schema.</summary>
    public async Task<JsonElement> CallAsync(string tool, object? arguments = null, IProgress<ProgressNotificationValue>? progress = null, CancellationToken cancellationToken = default)
    {
        var result = await Client.CallToolAsync(tool, Arguments(arguments), progress, cancellationToken: cancellationToken).AsTask().WaitAsync(Sandbox.Limit, CancellationToken.None);
        Assert.True(result.IsError is not true, $"{tool}: {Text(result)}");
        var structured = result.StructuredContent!.Value;
        JsonSchemas.Check(tool, tools[tool].OutputSchema!.Value, structured);

        // The same as text, for clients that know no structured results.
        Assert.True(JsonElement.DeepEquals(structured, JsonDocument.Parse(Text(result)).RootElement));
        return structured;
    }

    /// <summary>Calls a tool, which must answer that this cannot be done.</summary>
    public async Task<string> FailAsync(string tool, object? arguments = null)
    {
        var result = await Client.CallToolAsync(tool, Arguments(arguments)).AsTask().WaitAsync(Sandbox.Limit);
        Assert.True(result.IsError is true, $"{tool}: {Text(result)}");
        return Text(result);
    }

    /// <summary>Adds commands and gives their ids.</summary>
    public async Task<long[]> AddAsync(params object[] tasks) => Ids(await CallAsync("queue_add", new { tasks }));

    /// <summary>Adds a line for the shell and gives its id.</summary>
    public async Task<long> RunAsync(string line, string? group = null) => (await AddAsync(group is null ? new { command = line } : new { command = line, group }))[0];

    public static long[] Ids(JsonElement added) => [.. added.GetProperty("ids").EnumerateArray().Select(id => id.GetInt64())];

    /// <summary>Closes the connection as a client does, and gives what the server wrote to standard error.</summary>
    public async Task<(int ExitCode, string Errors)> EndAsync()
    {
        Process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Sandbox.Limit);
        await Process.WaitForExitAsync(limit.Token);
        return (Process.ExitCode, await errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
        {
            return;
        }

        isDisposed = true;
        if (!Process.HasExited)
        {
            Process.Kill();
            await Process.WaitForExitAsync();
        }

        if (Client is not null)
        {
            await Client.DisposeAsync();
        }

        Process.Dispose();
    }

    private static string Text(CallToolResult result) => string.Concat(result.Content.OfType<TextContentBlock>().Select(block => block.Text));

    /// <summary>The properties of an anonymous object, as JSON.</summary>
    private static Dictionary<string, object?>? Arguments(object? arguments) => arguments switch
    {
        null => null,
        JsonElement json => json.EnumerateObject().ToDictionary(item => item.Name, item => (object?)item.Value),
        _ => Arguments(JsonSerializer.SerializeToElement(arguments)),
    };
}
