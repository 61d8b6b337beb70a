using System.Text.Json;
using DurableQueue.Cli.Tests;
using Xunit;

namespace DurableQueue.Mcp.Tests;

/// <summary>A wrong argument is an answer that names it; the server and the queue are as before.</summary>
public sealed class BadInputTests(BadInputTests.EmptyQueue queue) : IClassFixture<BadInputTests.EmptyQueue>
{
    private readonly AgentSession agent = queue.Agent;

    [Fact]
    public async Task Call_EachParameterOfAWrongType_IsNamed()
    {
        var count = 0;
        foreach (var tool in agent.Tools.Values)
        {
            foreach (var (path, arguments) in Wrong(tool.InputSchema))
            {
                var said = await agent.FailAsync(tool.Name, arguments);
                Assert.True(said.StartsWith($"'{path}' must", StringComparison.Ordinal), $"{tool.Name} {arguments}: {said}");
                count++;
            }
        }

        Assert.True(count > 60, $"{count} parameters");
        Assert.Empty((await agent.CallAsync("queue_list")).GetProperty("tasks").EnumerateArray());
    }

    [Fact]
    public async Task Call_EachRequiredParameterMissing_IsNamed()
    {
        foreach (var tool in agent.Tools.Values.Where(tool => tool.InputSchema.TryGetProperty("required", out _)))
        {
            var said = await agent.FailAsync(tool.Name, new { });
            Assert.Contains(tool.InputSchema.GetProperty("required").EnumerateArray(), name => said.StartsWith($"'{name}' is required", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("queue_list", """{"querry":"status=failed"}""", "'querry' is not a parameter. Did you mean 'query'?")]
    [InlineData("queue_list", """{"limit":0}""", "'limit' must be 1 to 200; it is 0.")]
    [InlineData("queue_list", """{"query":"statu=failed"}""", "unknown field 'statu'")]
    [InlineData("queue_list", """{"query":"status=failed or","limit":5}""", "column")]
    [InlineData("queue_list", """{"cursor":"x"}""", "'cursor' is not valid")]
    [InlineData("queue_add", """{"tasks":null}""", "'tasks' is required")]
    [InlineData("queue_show", """{"id":null}""", "'id' is required")]
    [InlineData("queue_add", """{"tasks":[]}""", "'tasks' must have 1 to 1000 items; it has 0.")]
    [InlineData("queue_add", """{"tasks":[{"command":"true"},{"command":"a","arguments":["b"]}]}""", "'tasks[1]' must have exactly one of 'command', 'arguments' and 'type'.")]
    [InlineData("queue_add", """{"tasks":[{"command":"true","labell":"x"}]}""", "'tasks[0].labell' is not a parameter. Did you mean 'label'?")]
    [InlineData("queue_add", """{"tasks":[{"command":"true","not_before":"soon"}]}""", "'tasks[0].not_before' must be a time")]
    [InlineData("queue_add", """{"tasks":[{"command":"true","after_condition":"maybe"}]}""", "'tasks[0].after_condition' must be one of succeeded, failed, finished.")]
    [InlineData("queue_add", """{"tasks":[{"command":"true","group":"no spaces"}]}""", "Group can only contain")]
    [InlineData("queue_add", """{"tasks":[{"command":"true"},{"command":"true","group":"no spaces"}]}""", "tasks[1]: Group can only contain letters, digits and . _ : / - ; it has U+0020 at position 2.")]
    [InlineData("queue_add", """{"tasks":[{"command":"true"},{"command":" "}]}""", "'tasks[1].command' must not be empty.")]
    [InlineData("queue_add", """{"tasks":[{"command":"true"},{"arguments":[""]}]}""", "tasks[1]: Arguments must name a program.")]
    [InlineData("queue_add", """{"tasks":[{"command":"true","watch":[{"pattern":"("}]}]}""", "(")]
    [InlineData("queue_add", """{"tasks":[{"command":"true","working_directory":"/no/where"}]}""", "/no/where does not exist")]
    [InlineData("queue_add", """{"tasks":[{"command":"true","payload":1}]}""", "'tasks[0].payload' is for tasks with a 'type'")]
    [InlineData("queue_add", """{"tasks":[{"type":"command","payload":{"commandLine":"true"}}]}""", "'tasks[0].type' cannot be 'command'")]
    [InlineData("queue_add", """{"tasks":[{"type":"mail.send","environment":{"A":"B"}}]}""", "'tasks[0].environment' is for commands only.")]
    [InlineData("queue_add_graph", """{"graph":{"tasks":[{"name":"a","cmd":"true","after":["b"]}]}}""", "'b'")]
    [InlineData("queue_add_graph", """{"graph":{"tasks":[{"name":"a","comand":"true"}]}}""", "'comand'")]
    [InlineData("queue_show", """{"id":99}""", "Task 99 does not exist. queue_list shows")]
    [InlineData("queue_log", """{"id":99}""", "Task 99 does not exist")]
    [InlineData("queue_wait", "{}", "'ids', or by 'label'")]
    [InlineData("queue_wait", """{"ids":[1],"group":"g"}""", "'ids', or by 'label'")]
    [InlineData("queue_wait", """{"label_prefix":"nothing"}""", "No task on record has a label that begins with 'nothing'; queue_list")]
    [InlineData("queue_wait", """{"label":"a","label_prefix":"a"}""", "either 'label' or 'label_prefix'")]
    [InlineData("queue_notifications", """{"wait_seconds":5}""", "'wait_seconds' needs 'after'")]
    [InlineData("queue_wait", """{"ids":[99]}""", "99")]
    [InlineData("queue_stop", """{"ids":[98,99]}""", "98")]
    [InlineData("queue_retry", """{"ids":[99]}""", "99")]
    [InlineData("queue_pause", "{}", "Name at least one")]
    [InlineData("queue_pause", """{"groups":["nowhere"]}""", "queue_groups shows the groups")]
    [InlineData("queue_set_group", """{"group":""}""", "1 to 128 characters")]
    [InlineData("queue_decide", """{"request_id":99,"approve":true}""", "queue_approvals shows the requests")]
    public async Task Call_NotValid_SaysWhatToDo(string tool, string arguments, string expected)
    {
        var said = await agent.FailAsync(tool, JsonDocument.Parse(arguments).RootElement);

        Assert.Contains(expected, said, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter", said, StringComparison.Ordinal);
        Assert.Empty((await agent.CallAsync("queue_list")).GetProperty("tasks").EnumerateArray());
    }

    /// <summary>For each parameter, also within lists, a call in which only it has a value of a wrong type.</summary>
    private static IEnumerable<(string Path, JsonElement Arguments)> Wrong(JsonElement schema)
    {
        foreach (var property in schema.GetProperty("properties").EnumerateObject())
        {
            if (property.Value.TryGetProperty("type", out var type))
            {
                yield return (property.Name, Call(schema, property.Name, type.GetString() is "string" or "object" ? 7 : "text"));
            }

            if (property.Value.TryGetProperty("items", out var items))
            {
                yield return ($"{property.Name}[0]", Call(schema, property.Name, new[] { items.GetProperty("type").GetString() == "string" ? (object)7 : "text" }));
                foreach (var (path, arguments) in items.TryGetProperty("properties", out _) ? Wrong(items) : [])
                {
                    yield return ($"{property.Name}[0].{path}", Call(schema, property.Name, new[] { arguments }));
                }
            }

            if (property.Value.TryGetProperty("additionalProperties", out var values) && values.ValueKind == JsonValueKind.Object)
            {
                yield return ($"{property.Name}.X", Call(schema, property.Name, new { X = 7 }));
            }
        }
    }

    /// <summary>The wrong parameter comes after those that are required, which must not be missed first.</summary>
    private static JsonElement Call(JsonElement schema, string name, object value)
    {
        var arguments = new Dictionary<string, object>();
        foreach (var required in schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(item => item.GetString()!) : [])
        {
            arguments[required] = schema.GetProperty("properties").GetProperty(required).GetProperty("type").GetString() switch
            {
                "integer" => 1,
                "boolean" => true,
                "array" when schema.GetProperty("properties").GetProperty(required).GetProperty("items").GetProperty("type").GetString() == "integer" => new[] { 1 },
                "array" => new[] { new { command = "true" } },
                "object" => new { tasks = new[] { new { name = "a", cmd = "true" } } },
                _ => "text",
            };
        }

        arguments[name] = value;
        return JsonSerializer.SerializeToElement(arguments);
    }

    /// <summary>One server for all: nothing that these tests ask for is done.</summary>
    public sealed class EmptyQueue : IAsyncLifetime
    {
        private readonly Sandbox box = new();

        internal AgentSession Agent { get; private set; } = null!;

        public async Task InitializeAsync() => Agent = await AgentSession.StartAsync(box, "--allow-approve");

        public async Task DisposeAsync()
        {
            await Agent.DisposeAsync();
            await box.DisposeAsync();
        }
    }
}
