using System.Text;
using System.Text.Json;
using Xunit;

namespace DurableQueue.Cli.Tests;

public sealed class ShowTests : DqTest
{
    [Fact]
    public async Task Show_TaskOfAHandler_HasAllThatIsKnownOfIt()
    {
        await using var queue = await Box.OpenAsync();
        var first = await queue.EnqueueAsync(new NewTask("prepare"));
        var id = await queue.EnqueueAsync(new NewTask("agent.prompt", """{"prompt":"héllo","n":1.50}"""u8.ToArray())
        {
            Label = "night",
            After = [new TaskDependency(first, DependencyCondition.Finished)],
            MaxAttempts = 3,
            Retry = RetryPolicy.Immediate,
            EstimatedCost = new Cost(0.5m, "eur"),
            DedupKey = "k",
            Metadata = new Dictionary<string, string> { ["tenant"] = "acme" },
        });
        var child = await queue.EnqueueAsync(new NewTask("report") { Label = "sum", After = [id] });
        var waiting = await JsonAsync("show", "show", $"{id}", "--json");
        Assert.Equal([first.Value], waiting.GetProperty("task").GetProperty("reasons")[0].GetProperty("tasks").EnumerateArray().Select(each => each.GetInt64()));
        Assert.Contains("state: dependencies 1, no-worker", (await Box.DoAsync("show", $"{id}")).Out, StringComparison.Ordinal);

        await queue.FailAsync((await TakeAsync(queue)).Lease, new TaskFailure("not prepared") { Permanent = true });
        await queue.FailAsync((await TakeAsync(queue)).Lease, new TaskFailure("model is busy"));
        var lease = (await TakeAsync(queue)).Lease;
        await queue.ReportProgressAsync(lease, 0.5, "half");
        await queue.CheckpointAsync(lease, new byte[] { 0, 255, 17 });
        await queue.Budgets.ChargeAsync(lease, new Cost(0.25m, "eur"), "call 1", new Dictionary<string, string> { ["model"] = "large" });
        var request = (await queue.Approvals.RequestAsync(lease, "Bash", "rm -rf build"))!;
        await queue.Approvals.RejectAsync(request.Id, "ann", "keep it");

        var shown = await JsonAsync("show", "show", $"{id}", "--json");
        Assert.Equal(("json", 28, "héllo", "1.50"), (
            shown.GetProperty("payload").GetProperty("format").GetString(), shown.GetProperty("payload").GetProperty("bytes").GetInt32(),
            shown.GetProperty("payload").GetProperty("value").GetProperty("prompt").GetString(), shown.GetProperty("payload").GetProperty("value").GetProperty("n").GetRawText()));
        Assert.Equal(("binary", "AP8R"), (shown.GetProperty("checkpoint").GetProperty("format").GetString(), shown.GetProperty("checkpoint").GetProperty("value").GetString()));
        Assert.Equal(JsonValueKind.Null, shown.GetProperty("result").ValueKind);
        Assert.Equal((child.Value, "sum", "Waiting"), (
            shown.GetProperty("dependents")[0].GetProperty("id").GetInt64(), shown.GetProperty("dependents")[0].GetProperty("label").GetString(), shown.GetProperty("dependents")[0].GetProperty("state").GetString()));
        Assert.Equal(("model is busy", 0.25m, "keep it", 0.5m), (
            shown.GetProperty("attempts")[0].GetProperty("error").GetString(), shown.GetProperty("charges")[1].GetProperty("amount").GetDecimal(),
            shown.GetProperty("approvals")[0].GetProperty("note").GetString(), shown.GetProperty("estimated_cost").GetProperty("amount").GetDecimal()));

        var text = (await Box.DoAsync("show", $"{id}")).Out;
        foreach (var part in new[]
        {
            "type: agent.prompt", "state: running 50%", "attempt: 2 of 3", "progress: 50% half", "key: k (active)", "estimate: 0.5eur", "  tenant=acme",
            $"waits for:\n  {first}: finished, satisfied", $"waited for by:\n  {child} (sum): succeeded, waiting", "failed attempts:\n  1: failed at", "model is busy",
            "Bash rm -rf build: rejected by ann at", "0.25eur at", "model=large", "payload (json, 28 bytes):\n  {\n    \"prompt\": \"héllo\",\n    \"n\": 1.50\n  }", "checkpoint (binary, 3 bytes):\n  00 ff 11",
        })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }

        await queue.CompleteAsync(lease, "done well"u8.ToArray());
        Assert.Contains("result (text, 9 bytes):\n  done well", (await Box.DoAsync("show", $"{id}")).Out, StringComparison.Ordinal);
        Assert.Equal("done well", (await Box.DoAsync("show", $"{id}", "--raw", "result")).Out);
        Assert.Equal("""{"prompt":"héllo","n":1.50}""", (await Box.DoAsync("show", $"{id}", "--raw")).Out);
        var none = await Box.RunAsync("show", $"{id}", "--raw", "checkpoint");
        Assert.Equal((2, $"dq: Task {id} has no checkpoint.\n"), (none.ExitCode, none.Err));
    }

    [Fact]
    public async Task Show_Command_HasTheEndOfItsLogAndItsEnvironmentOnlyIfAskedFor()
    {
        await Box.StartWorkerAsync();
        var id = await Box.AddAsync("-e", "SECRET=s3cr3t", "seq 1 5000; printf '\\033[31mred\\n'; exit 3");
        await Box.RunAsync("wait", $"{id}");

        var text = (await Box.DoAsync("show", $"{id}")).Out;
        Assert.Contains("state: failed (3)", text, StringComparison.Ordinal);
        Assert.EndsWith("  … ('dq log 1' shows all)\n" + string.Concat(Enumerable.Range(4992, 9).Select(n => $"  {n}\n")) + "  \\x1b[31mred\n", text, StringComparison.Ordinal);
        var json = await Box.DoAsync("show", $"{id}", "--json", "-n", "2");
        JsonSchemas.Check("show", json);
        Assert.Equal("5000\n\u001b[31mred\n", json.Json.GetProperty("log").GetProperty("text").GetString());
        Assert.All([text, json.Out, (await Box.DoAsync("show", $"{id}", "--raw")).Out], each => Assert.DoesNotContain("s3cr3t", each, StringComparison.Ordinal));
        foreach (var arguments in new[] { Array.Empty<string>(), ["--json"], ["--raw"] })
        {
            Assert.Contains("s3cr3t", (await Box.DoAsync(["show", $"{id}", "--show-env", .. arguments])).Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Show_HostileTexts_AreEscapedAndCut()
    {
        await using var queue = await Box.OpenAsync();
        var id = await queue.EnqueueAsync(new NewTask("t", Encoding.UTF8.GetBytes("\u001b]0;title\u0007\nstate: done\n" + new string('x', 10_000)))
        {
            Metadata = new Dictionary<string, string> { ["k"] = "v\nstate: done\u202e" },
        });
        var lease = (await TakeAsync(queue)).Lease;
        await queue.FailAsync(lease, new TaskFailure("a\u001b[2Jb\nstate: done") { Permanent = true });

        var text = (await Box.DoAsync("show", $"{id}")).Out;

        Assert.DoesNotContain('\u001b', text);
        Assert.DoesNotContain('\u202e', text);
        Assert.DoesNotContain(text.Split('\n'), line => line == "state: done");
        Assert.Contains("error: a\\x1b[2Jb\\nstate: done", text, StringComparison.Ordinal);
        Assert.Contains("--raw payload and --json show all of it", text, StringComparison.Ordinal);
        Assert.Equal(10_000, (await JsonAsync("show", "show", $"{id}", "--json")).GetProperty("payload").GetProperty("value").GetString()!.Count(letter => letter == 'x'));
    }

    [Fact]
    public async Task Show_RoutedTask_SaysWhyItHasItsType()
    {
        await using var queue = await Box.OpenAsync();
        var id = await queue.EnqueueAsync(NewTask.Auto());
        var lease = (await TakeAsync(queue)).Lease;
        await queue.RouteAsync(lease, new RouteDecision("agent.cheap", "a short prompt"));

        var route = (await JsonAsync("show", "show", $"{id}", "--json")).GetProperty("route");

        Assert.Equal(("agent.cheap", "a short prompt", false), (route.GetProperty("type").GetString(), route.GetProperty("reason").GetString(), route.GetProperty("fallback").GetBoolean()));
        Assert.Contains("route: agent.cheap: a short prompt (test, ", (await Box.DoAsync("show", $"{id}")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "show", "999")]
    [InlineData(2, "show", "999", "--raw")]
    [InlineData(1, "show", "x")]
    [InlineData(1, "show")]
    [InlineData(1, "show", "1", "--raw", "log")]
    [InlineData(1, "show", "1", "--raw", "--json")]
    [InlineData(1, "show", "1", "-n", "-1")]
    public async Task Show_ThatCannotBe_SaysSo(int code, params string[] arguments) => Assert.Equal(code, (await Box.RunAsync(arguments)).ExitCode);

    private static async Task<LeasedTask> TakeAsync(SqliteTaskQueue queue) =>
        (await queue.CheckoutAsync(new CheckoutRequest { Worker = "test", LeaseDuration = TimeSpan.FromMinutes(10) }))!;
}
