using System.Text;
using System.Text.Json;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>Tasks that handlers of a service take, and settings that they share with commands.</summary>
public sealed class AddTypeTests : DqTest
{
    [Fact]
    public async Task Add_WithType_IsTakenByAServiceAndSaysWhileNoneRuns()
    {
        var added = await Box.DoAsync(
            "add", "--type", "mail.send", "--payload", """{"to":"ann"}""", "--meta", "tenant=acme", "--meta", "note=a=b", "--estimate", "0.05eur", "-g", "mail", "-l", "welcome", "--json");
        var json = JsonSchemas.Check("add", added);
        Assert.Contains("no-worker; no running service takes the type mail.send", added.Err, StringComparison.Ordinal);

        await using var queue = await Box.OpenAsync();
        var task = (await queue.CheckoutAsync(new CheckoutRequest { Worker = "service", Types = ["mail.send"] }))!;
        Assert.Equal((json.GetProperty("id").GetInt64(), """{"to":"ann"}""", "mail", "welcome", 3), (task.Id.Value, Encoding.UTF8.GetString(task.Payload.Span), task.Group, task.Label, task.MaxAttempts));
        Assert.Equal(new Dictionary<string, string> { ["tenant"] = "acme", ["note"] = "a=b" }, task.Metadata);
        Assert.Equal(new Cost(0.05m, "eur"), (await queue.Inspector.GetAsync(task.Id))!.EstimatedCost);
        Assert.DoesNotContain("no-worker", (await Box.DoAsync("add", "--type", "mail.send")).Err, StringComparison.Ordinal);

        await queue.CompleteAsync(task.Lease);
        await Box.DoAsync("wait", $"{task.Id}");
    }

    [Fact]
    public async Task Add_PayloadFromFileAndInput_IsKeptByteForByte()
    {
        await Box.WriteAsync("prompt.json", "{\n  \"n\": 1.50\n}\n");
        var file = await PayloadAsync("--payload", "@prompt.json");
        Assert.Equal("{\n  \"n\": 1.50\n}\n", Encoding.UTF8.GetString(file));
        Assert.Equal("not {json", Encoding.UTF8.GetString(await PayloadAsync("--payload-text", "not {json")));
        Assert.Equal(new byte[] { 0, 255, 17 }, await PayloadAsync("--payload-base64", "AP8R"));
        Assert.Empty(await PayloadAsync());

        var piped = await Box.RunProgramAsync(Sandbox.Dq, ["add", "--type", "t", "--payload", "-", "--print-id"], """["from input"]""");
        Assert.Equal("""["from input"]""", (await Box.DoAsync("show", piped.Out.Trim(), "--raw")).Out);
    }

    [Fact]
    public async Task Add_InvalidJson_IsNamedWithItsPlace()
    {
        await Box.WriteAsync("bad.json", "{\n  \"a\": nope\n}");

        var result = await Box.RunAsync("add", "--type", "t", "--payload", "@bad.json");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("not valid JSON at line 2, byte 9", result.Err, StringComparison.Ordinal);
        Assert.Contains("--payload-text", result.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", result.Err, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a command", "add", "--type", "t", "true")]
    [InlineData("a command", "add", "--type", "t", "--", "true")]
    [InlineData("--env, --nice", "add", "--type", "t", "--env", "A=1", "--nice", "3")]
    [InlineData("needs a --type", "add", "--payload", "{}", "true")]
    [InlineData("give the command itself", "add", "--type", "command", "--payload", "{}")]
    [InlineData("only one of", "add", "--type", "t", "--payload", "{}", "--payload-text", "x")]
    [InlineData("not valid JSON at line 1, byte 1", "add", "--type", "t", "--payload", "")]
    [InlineData("not valid JSON at line 1, byte 4", "add", "--type", "t", "--payload", "{} x")]
    [InlineData("not valid base64", "add", "--type", "t", "--payload-base64", "?")]
    [InlineData("missing.json", "add", "--type", "t", "--payload", "@missing.json")]
    [InlineData("no value", "add", "--meta", "tenant", "true")]
    [InlineData("not a valid amount", "add", "--estimate", "much", "true")]
    [InlineData("Type can only", "add", "--type", "not valid!")]
    [InlineData("Give a command", "add")]
    public async Task Add_ThatContradictsItself_IsRefusedAndNothingIsAdded(string said, params string[] arguments)
    {
        var result = await Box.RunAsync(arguments);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(said, result.Err, StringComparison.Ordinal);
        Assert.Empty((await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").EnumerateArray());
    }

    [Fact]
    public async Task Add_CommandWithMetadataAndEstimate_HasThem()
    {
        var id = await Box.AddAsync("--meta", "model=large", "--estimate", "0.1", "true");

        var shown = await JsonAsync("show", "show", $"{id}", "--json");
        Assert.Equal(("large", 0.1m, "usd", 1), (
            shown.GetProperty("task").GetProperty("metadata").GetProperty("model").GetString(), shown.GetProperty("estimated_cost").GetProperty("amount").GetDecimal(),
            shown.GetProperty("estimated_cost").GetProperty("unit").GetString(), shown.GetProperty("task").GetProperty("max_attempts").GetInt32()));
    }

    [Fact]
    public async Task DryRun_WithType_AddsNothing()
    {
        var json = await JsonAsync("add-dry-run", "add", "--type", "t", "--payload", "{}", "--meta", "a=b", "--retries", "4", "--dry-run", "--json");
        Assert.Equal(("t", JsonValueKind.Null, 5), (json.GetProperty("type").GetString(), json.GetProperty("command").ValueKind, json.GetProperty("max_attempts").GetInt32()));
        Assert.Contains("task of type t, 2 bytes", (await Box.DoAsync("add", "--type", "t", "--payload", "{}", "--dry-run")).Out, StringComparison.Ordinal);
        Assert.Empty((await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").EnumerateArray());
    }

    [Fact]
    public async Task Edit_Payload_OfATaskOfAHandlerOnly()
    {
        var id = await Box.AddAsync("--type", "t", "--payload", "{}", "--stash");
        await Box.DoAsync("edit", $"{id}", "--payload", """{"a":1}""", "-l", "new");
        Assert.Equal("""{"a":1}""", (await Box.DoAsync("show", $"{id}", "--raw")).Out);
        Assert.Equal("new", (await Box.TaskAsync(id)).GetProperty("label").GetString());
        Assert.Equal(2, (await Box.RunAsync("edit", $"{id}", "-c", "true")).ExitCode);

        var command = await Box.AddAsync("--stash", "true");
        Assert.Equal(2, (await Box.RunAsync("edit", $"{command}", "--payload", "{}")).ExitCode);
        Assert.Equal(1, (await Box.RunAsync("edit", $"{command}", "--payload", "{}", "-c", "false")).ExitCode);
        Assert.Equal("true", (await Box.TaskAsync(command)).GetProperty("command").GetString());
    }

    [Fact]
    public async Task RetryFollowAndKill_OfATaskOfAHandler_Work()
    {
        var id = await Box.AddAsync("--type", "t", "--payload", "{}", "--retries", "0");
        await using var queue = await Box.OpenAsync();
        var task = (await queue.CheckoutAsync(new CheckoutRequest { Worker = "service" }))!;
        await queue.FailAsync(task.Lease, new TaskFailure("no"));

        Assert.Equal(5, (await Box.RunAsync("follow", $"{id}")).ExitCode);
        await Box.DoAsync("retry", $"{id}");
        await Box.DoAsync("kill", $"{id}");

        Assert.Equal("Cancelled", (await Box.TaskAsync(id)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Schedule_WithMetadataAndEstimate_GivesThemToItsTasks()
    {
        await Box.DoAsync("schedule", "add", "nightly", "0 3 * * *", "--meta", "tenant=acme", "--estimate", "2eur", "true");
        await Box.DoAsync("schedule", "edit", "nightly", "--meta", "more=1");
        await Box.DoAsync("schedule", "run", "nightly");

        var shown = await JsonAsync("show", "show", "1", "--json");
        Assert.Equal(("acme", "1", 2m), (
            shown.GetProperty("task").GetProperty("metadata").GetProperty("tenant").GetString(), shown.GetProperty("task").GetProperty("metadata").GetProperty("more").GetString(),
            shown.GetProperty("estimated_cost").GetProperty("amount").GetDecimal()));
        Assert.Equal("nightly", shown.GetProperty("schedule").GetString());
    }

    private async Task<byte[]> PayloadAsync(params string[] arguments)
    {
        var id = await Box.AddAsync(["--type", "t", .. arguments]);
        await using var queue = await Box.OpenAsync();
        return (await queue.Inspector.GetPayloadAsync(new TaskId(id))).ToArray();
    }
}
