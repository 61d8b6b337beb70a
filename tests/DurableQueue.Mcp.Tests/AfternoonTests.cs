using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using DurableQueue.Cli.Tests;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Xunit;

namespace DurableQueue.Mcp.Tests;

/// <summary>What an agent does in an afternoon, with the crashes of one.</summary>
public sealed class AfternoonTests : IAsyncLifetime
{
    private readonly Sandbox box = new();
    private TaskRunner worker = null!;

    public async Task InitializeAsync() => worker = await TaskRunner.StartAsync(box);

    public async Task DisposeAsync()
    {
        await worker.DisposeAsync();
        await box.DisposeAsync();
    }

    [Fact]
    public async Task Agent_WithCrashesOfClientAndServer_GetsItsWorkDone()
    {
        long failed, cursor;
        await using (var agent = await AgentSession.StartAsync(box))
        {
            // A look around, and a group of its own.
            Assert.Equal(1, (await agent.CallAsync("queue_groups")).GetProperty("live_workers").GetInt32());
            cursor = (await agent.CallAsync("queue_notifications")).GetProperty("next_cursor").GetInt64();
            await agent.CallAsync("queue_set_group", new { group = "sweep", limit = 2 });

            // A sweep, with progress while it waits.
            var sweep = await agent.AddAsync([.. Enumerable.Range(0, 4).Select(index => (object)new { command = $"sleep 0.{index}; echo {index}", group = "sweep", label = $"sweep/{index}" })]);
            var progress = new Reports();
            var waited = await agent.CallAsync("queue_wait", new { label_prefix = "sweep/" }, progress);
            Assert.Equal(("all_ended", 4, 4), (waited.GetProperty("end").GetString(), waited.GetProperty("total").GetInt32(), waited.GetProperty("succeeded").GetInt32()));
            Assert.NotEmpty(progress.Values);
            Assert.Contains("tasks have ended", progress.Values[^1].Message, StringComparison.Ordinal);
            Assert.Equal(progress.Values.Select(value => value.Progress).Order(), progress.Values.Select(value => value.Progress));
            Assert.Equal("3\n", (await agent.CallAsync("queue_log", new { id = sweep[3] })).GetProperty("output").GetString());

            // A graph, in which a task fails at first.
            var graph = await agent.CallAsync("queue_add_graph", new
            {
                label_prefix = "build/",
                graph = new
                {
                    tasks = new object[]
                    {
                        new { name = "make", cmd = "echo making" },
                        new { name = "test", cmd = "echo 'no test.ok' >&2; test -e test.ok", after = new[] { "make" } },
                        new { name = "report", cmd = "echo reported", after = new[] { "test" } },
                    },
                },
            });
            failed = graph.GetProperty("ids").GetProperty("test").GetInt64();
            var built = await agent.CallAsync("queue_wait", new { label_prefix = "build/" });
            Assert.Equal(("all_ended", 1, 2), (built.GetProperty("end").GetString(), built.GetProperty("succeeded").GetInt32(), built.GetProperty("unsuccessful").GetInt32()));
            Assert.Equal((failed, 1), (built.GetProperty("tasks")[0].GetProperty("id").GetInt64(), built.GetProperty("tasks")[0].GetProperty("exit_code").GetInt32()));
            var shown = await agent.CallAsync("queue_show", new { id = failed });
            Assert.Equal("no test.ok\n", shown.GetProperty("log_tail").GetString());
            Assert.Single(shown.GetProperty("needed_by").EnumerateArray());

            // It waits for something long when its server is killed.
            var longest = await agent.RunAsync("until test -e done; do sleep 0.02; done; echo over");
            var waiting = agent.Client.CallToolAsync("queue_wait", new Dictionary<string, object?> { ["ids"] = new[] { longest } }).AsTask();
            await Sandbox.UntilAsync(() => File.Exists(box.Files.Log(new TaskId(longest), 1)), "it runs");
            agent.Process.Kill();
            await Assert.ThrowsAnyAsync<Exception>(() => waiting.WaitAsync(Sandbox.Limit));
        }

        // A new server: everything is there, and the command has not noticed.
        await box.WriteAsync("test.ok", "");
        await using (var agent = await AgentSession.StartAsync(box))
        {
            var running = (await agent.CallAsync("queue_list", new { query = "status=running" })).GetProperty("tasks")[0].GetProperty("id").GetInt64();
            await agent.CallAsync("queue_pause", new { ids = new[] { running } });
            Assert.True((await agent.CallAsync("queue_show", new { id = running })).GetProperty("task").GetProperty("suspended").GetBoolean());
            await box.WriteAsync("done", "");
            await agent.CallAsync("queue_resume", new { ids = new[] { running } });
            await agent.CallAsync("queue_wait", new { ids = new[] { running } });

            await agent.CallAsync("queue_retry", new { ids = new[] { failed }, with_dependents = true });
            var repaired = await agent.CallAsync("queue_wait", new { label_prefix = "build/" });
            Assert.Equal(3, repaired.GetProperty("succeeded").GetInt32());

            // Nothing was missed meanwhile: four of the sweep, two of the graph, the long one, two of the repair.
            var news = await agent.CallAsync("queue_notifications", new { after = cursor, topic = "exit", max_characters = 20_000, limit = 100 });
            Assert.Equal(9, news.GetProperty("notifications").GetArrayLength());

            // It subscribes to something, and dies without a word.
            var (updates, rest) = (Channel.CreateUnbounded<JsonNode>(), await agent.RunAsync("until test -e end; do sleep 0.02; done"));
            agent.Client.RegisterNotificationHandler(NotificationMethods.ResourceUpdatedNotification, (notice, token) => updates.Writer.WriteAsync(notice.Params!, token));
            _ = agent.Client.SendRequestAsync(new JsonRpcRequest
            {
                Method = RequestMethods.SubscriptionsListen,
                Params = new JsonObject { ["notifications"] = new JsonObject { ["resourceSubscriptions"] = new JsonArray($"dq://task/{rest}") } },
            });
            await Sandbox.UntilAsync(() => agent.Output.Contains(NotificationMethods.SubscriptionsAcknowledgedNotification, StringComparison.Ordinal), "the subscription begins");
            await box.WriteAsync("end", "");
            Assert.Equal($"dq://task/{rest}", (await updates.Reader.ReadAsync().AsTask().WaitAsync(Sandbox.Limit))["uri"]!.GetValue<string>());
            var (exitCode, _) = await agent.EndAsync();
            Assert.Equal(0, exitCode);
        }
    }

    [Fact]
    public async Task Agents_TwoAtOnce_ShareTheQueue()
    {
        await using var first = await AgentSession.StartAsync(box);
        await using var second = await AgentSession.StartOlderAsync(box);

        var added = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(index => (index % 2 == 0 ? first : second).RunAsync($"echo {index}")));

        Assert.Equal(20, added.Distinct().Count());
        var results = await Task.WhenAll(first.CallAsync("queue_wait", new { ids = added }), second.CallAsync("queue_wait", new { ids = added }));
        Assert.All(results, result => Assert.Equal(20, result.GetProperty("succeeded").GetInt32()));

        // What one pauses, the other sees.
        await first.CallAsync("queue_pause", new { groups = new[] { "default" } });
        var id = await second.RunAsync("true");
        Assert.Contains("group-paused", (await second.CallAsync("queue_show", new { id })).GetRawText(), StringComparison.Ordinal);
        await first.DisposeAsync();
        await second.CallAsync("queue_resume", new { groups = new[] { "default" } });
        Assert.Equal(1, (await second.CallAsync("queue_wait", new { ids = new[] { id } })).GetProperty("succeeded").GetInt32());
    }

    [Fact]
    public async Task Wait_TimeOverOrFailureOrCancelled_EndsAndTellsHow()
    {
        await using var agent = await AgentSession.StartAsync(box);
        var ids = await agent.AddAsync(new { command = "sleep 600" }, new { command = "exit 3" });

        var over = await agent.CallAsync("queue_wait", new { ids, timeout_seconds = 1 });
        Assert.Equal(("time_over", 1, 1), (over.GetProperty("end").GetString(), over.GetProperty("unfinished").GetInt32(), over.GetProperty("unsuccessful").GetInt32()));
        Assert.Contains("again", over.GetProperty("note").GetString(), StringComparison.Ordinal);
        Assert.Equal("failure", (await agent.CallAsync("queue_wait", new { ids, fail_fast = true })).GetProperty("end").GetString());

        using var cancelled = new CancellationTokenSource();
        var progress = new Reports();
        progress.Reported += cancelled.Cancel;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => agent.CallAsync("queue_wait", new { ids }, progress, cancelled.Token));
        Assert.Equal("running", (await agent.CallAsync("queue_show", new { id = ids[0] })).GetProperty("task").GetProperty("state").GetString());

        await agent.CallAsync("queue_stop", new { ids = new[] { ids[0] } });
        var stopped = await agent.CallAsync("queue_wait", new { ids });
        Assert.Equal("killed", stopped.GetProperty("tasks")[0].GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Wait_NoWorker_EndsAndSaysSo()
    {
        await worker.DisposeAsync();
        await using var agent = await AgentSession.StartAsync(box);
        var id = await agent.RunAsync("true");
        await Sandbox.UntilAsync(async () => (await agent.CallAsync("queue_groups")).GetProperty("live_workers").GetInt32() == 0, "the worker is known to be gone");

        var waited = await agent.CallAsync("queue_wait", new { ids = new[] { id } });

        Assert.Equal("no_worker", waited.GetProperty("end").GetString());
        Assert.Contains("dq worker --daemon", waited.GetProperty("note").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_ForALabel_CoversWhatIsAddedMeanwhile()
    {
        await using var agent = await AgentSession.StartAsync(box);
        await using var other = await AgentSession.StartAsync(box);
        await agent.AddAsync(new { command = "while [ ! -e first ]; do sleep 0.05; done", label = "batch" }, new { command = "true", label = "other" });
        var waiting = agent.CallAsync("queue_wait", new { label = "batch" });
        await other.AddAsync(new { command = "while [ ! -e second ]; do sleep 0.05; done; exit 3", label = "batch", group = "later" });
        await File.WriteAllTextAsync(Path.Combine(box.Folder, "first"), "");
        await other.CallAsync("queue_wait", new { ids = new[] { 1 } });
        Assert.False(waiting.IsCompleted);
        await File.WriteAllTextAsync(Path.Combine(box.Folder, "second"), "");

        var waited = await waiting;

        Assert.Equal(
            ("all_ended", 2, 1, 1),
            (waited.GetProperty("end").GetString(), waited.GetProperty("total").GetInt32(), waited.GetProperty("succeeded").GetInt32(), waited.GetProperty("unsuccessful").GetInt32()));
        Assert.Equal(3, waited.GetProperty("tasks")[0].GetProperty("exit_code").GetInt32());
    }

    [Theory]
    [InlineData("queue_wait", """{"ids":[1],"timeout_seconds":600}""")]
    [InlineData("queue_notifications", """{"after":0,"topic":"none","wait_seconds":600}""")]
    public async Task Server_InputEndsDuringAWait_EndsAtOnce(string tool, string arguments)
    {
        await using var agent = await AgentSession.StartOlderAsync(box);
        await agent.RunAsync("sleep 600");
        var reported = new TaskCompletionSource();
        var progress = new Reports();
        progress.Reported += () => reported.TrySetResult();
        var waiting = agent.Client.CallToolAsync(
            tool, JsonDocument.Parse(arguments).RootElement.EnumerateObject().ToDictionary(item => item.Name, item => (object?)item.Value), progress).AsTask();
        if (tool == "queue_wait")
        {
            await reported.Task.WaitAsync(Sandbox.Limit);
        }

        var (exitCode, errors) = await agent.EndAsync();

        Assert.Equal((0, ""), (exitCode, errors));
        await Assert.ThrowsAnyAsync<Exception>(() => waiting);
        Assert.Equal("CheckedOut", (await box.TaskAsync(1)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Server_ClientIsKilled_Ends()
    {
        // The client is this shell: its end closes the pipe, as the death of any client does.
        var script = await box.WriteAsync("client.sh", """mkfifo in; dq mcp <in >out 2>err & echo $!; exec 3>in; printf '%s\n' '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}' >&3; exec sleep 600""");
        using var client = box.StartProgram("bash", script);
        var server = int.Parse((await client.StandardOutput.ReadLineAsync())!, System.Globalization.CultureInfo.InvariantCulture);
        await Sandbox.UntilAsync(() => File.Exists(Path.Combine(box.Folder, "out")) && new FileInfo(Path.Combine(box.Folder, "out")).Length > 0, "the server answers");

        client.Kill(entireProcessTree: false);

        await Sandbox.UntilAsync(() => !Directory.Exists($"/proc/{server}") || File.ReadAllText($"/proc/{server}/stat").Contains(") Z ", StringComparison.Ordinal), "the server ends");
        var answer = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(box.Folder, "out"))).RootElement;
        Assert.Equal("dq", answer.GetProperty("result").GetProperty("serverInfo").GetProperty("name").GetString());
        Assert.Equal("", await File.ReadAllTextAsync(Path.Combine(box.Folder, "err")));
    }

    [Fact]
    public async Task Server_SigTerm_EndsWith143AndLeavesTasksRunning()
    {
        await using var agent = await AgentSession.StartAsync(box);
        var id = await agent.RunAsync("sleep 600");
        var waiting = agent.Client.CallToolAsync("queue_wait", new Dictionary<string, object?> { ["ids"] = new[] { id } }).AsTask();
        await Sandbox.UntilAsync(() => File.Exists(box.Files.Log(new TaskId(id), 1)), "it runs");

        await box.RunProgramAsync("kill", ["-TERM", $"{agent.Process.Id}"]);

        using var limit = new CancellationTokenSource(Sandbox.Limit);
        await agent.Process.WaitForExitAsync(limit.Token);
        Assert.Equal(143, agent.Process.ExitCode);
        await Assert.ThrowsAnyAsync<Exception>(() => waiting.WaitAsync(Sandbox.Limit));
        Assert.Equal("CheckedOut", (await box.TaskAsync(id)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Output_OfAllCalls_IsTheProtocolAlone()
    {
        await using var agent = await AgentSession.StartAsync(box);
        var id = await agent.RunAsync("echo out; echo err >&2");
        await agent.CallAsync("queue_wait", new { ids = new[] { id } });
        await agent.FailAsync("queue_show", new { id = 99 });
        await agent.CallAsync("queue_add", new { tasks = new[] { new { command = "true", group = "new" } } });
        await Assert.ThrowsAsync<McpProtocolException>(async () => await agent.Client.CallToolAsync("no_such_tool"));

        var (exitCode, _) = await agent.EndAsync();

        Assert.Equal(0, exitCode);
        Assert.All(agent.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Equal("2.0", JsonDocument.Parse(line).RootElement.GetProperty("jsonrpc").GetString()));
    }

    private sealed class Reports : IProgress<ProgressNotificationValue>
    {
        private readonly List<ProgressNotificationValue> values = [];

        public event Action? Reported;

        public IReadOnlyList<ProgressNotificationValue> Values
        {
            get
            {
                lock (values)
                {
                    return [.. values];
                }
            }
        }

        public void Report(ProgressNotificationValue value)
        {
            lock (values)
            {
                values.Add(value);
            }

            Reported?.Invoke();
        }
    }
}
