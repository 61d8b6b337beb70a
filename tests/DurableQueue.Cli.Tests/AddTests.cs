using DurableQueue.Processes;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary><c>dq add</c>: what is stored, what is said, what is refused.</summary>
public sealed class AddTests : DqTest
{
    [Fact]
    public async Task Add_Plain_SaysTheIdOnStandardErrorOnly()
    {
        var result = await Box.DoAsync("add", "echo hi");

        Assert.Equal("", result.Out);
        Assert.Contains("Task 1 was added", result.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_PrintId_WritesTheBareIdAlone()
    {
        Assert.Equal("1\n", (await Box.DoAsync("add", "--print-id", "echo hi")).Out);
        Assert.Equal("2\n", (await Box.DoAsync("add", "echo hi", "--print-id")).Out);
    }

    [Fact]
    public async Task Add_Json_FitsTheSchema()
    {
        var json = await JsonAsync("add", "add", "--json", "-l", "nightly", "-g", "ml", "echo hi");

        Assert.Equal(1, json.GetProperty("id").GetInt64());
        Assert.True(json.GetProperty("created").GetBoolean());
        Assert.Equal("ml", json.GetProperty("group").GetString());
        Assert.Equal("nightly", json.GetProperty("label").GetString());
    }

    [Fact]
    public async Task Add_OneString_IsALineForTheShell()
    {
        var command = await StoredAsync(await Box.AddAsync("FOO=1 echo $FOO | cat"));

        Assert.Equal("FOO=1 echo $FOO | cat", command.CommandLine);
        Assert.Null(command.Arguments);
    }

    [Fact]
    public async Task Add_AfterTwoDashes_IsAListThatNothingParses()
    {
        var command = await StoredAsync(await Box.AddAsync("-l", "x", "--", "printf", "%s", "FOO=1", "a b", "$HOME", "-l", "@file", "'\""));

        Assert.Null(command.CommandLine);
        Assert.Equal(["printf", "%s", "FOO=1", "a b", "$HOME", "-l", "@file", "'\""], command.Arguments);
    }

    [Fact]
    public async Task Add_SeveralWordsWithoutDashes_IsRefusedWithBothWaysToSayIt()
    {
        var result = await Box.RunAsync("add", "echo", "hi");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("-- make test", result.Err, StringComparison.Ordinal);
        Assert.Empty((await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").EnumerateArray());
    }

    [Fact]
    public async Task Add_Settings_AreStored()
    {
        var first = await Box.AddAsync("true");
        var second = await Box.AddAsync("true");
        var id = await Box.AddAsync(
            "-p", "-7", "-a", $"{first}", $"{second}:finished", "--retries", "2", "--backoff", "30s", "--timeout", "1h30m", "--key", "daily", "--approval", "--delay", "2h", "true");

        var task = await Box.TaskAsync(id);
        Assert.Equal(-7, task.GetProperty("priority").GetInt32());
        Assert.Equal(3, task.GetProperty("max_attempts").GetInt32());
        Assert.Equal(5400, task.GetProperty("timeout_seconds").GetDouble());
        Assert.Equal("daily", task.GetProperty("key").GetString());
        Assert.Equal(["Dependencies", "NotBefore", "Approval"], task.GetProperty("holds").EnumerateArray().Select(hold => hold.GetString()));
        Assert.Equal(
            [$"{first} Succeeded", $"{second} Finished"],
            task.GetProperty("after").EnumerateArray().Select(after => $"{after.GetProperty("id")} {after.GetProperty("when")}"));

        await using var queue = await Box.OpenAsync();
        var info = await queue.Inspector.GetAsync(new TaskId(id));
        Assert.Equal(TimeSpan.FromSeconds(30), info!.Retry!.InitialDelay);
        Assert.InRange((info.NotBefore!.Value - info.EnqueuedAt).TotalHours, 1.99, 2.01);
    }

    [Fact]
    public async Task Add_Defaults_AreOneAttemptHereAndWithThisEnvironment()
    {
        Box.Variables["OF_THE_CALLER"] = "yes";
        var id = await Box.AddAsync("-e", "MORE=1", "-e", "OF_NOBODY", "true");

        var command = await StoredAsync(id);
        Assert.Equal(Box.Folder, command.WorkingDirectory);
        Assert.Equal("yes", command.Environment!["OF_THE_CALLER"]);
        Assert.Equal("1", command.Environment["MORE"]);
        Assert.Equal(1, (await Box.TaskAsync(id)).GetProperty("max_attempts").GetInt32());
    }

    [Fact]
    public async Task Add_Times_AreReadInTheLocalZone()
    {
        Box.Variables["TZ"] = "America/New_York";
        var id = await Box.AddAsync("--at", "2040-01-02 09:00", "true");

        Assert.Equal("2040-01-02T14:00:00.000Z", (await Box.TaskAsync(id)).GetProperty("not_before").GetString());
    }

    [Fact]
    public async Task Add_UnknownGroup_IsCreatedWithANote()
    {
        var first = await Box.DoAsync("add", "-g", "ml", "true");
        var second = await Box.DoAsync("add", "-g", "ml", "true");

        Assert.Contains("The group ml is new: ", first.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("The group ml is new: ", second.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_SameKey_GivesTheTaskThatHasIt()
    {
        var first = await Box.AddAsync("--key", "k", "true");
        var again = await Box.DoAsync("add", "--print-id", "--key", "k", "true");

        Assert.Equal($"{first}\n", again.Out);
        Assert.Contains("nothing was added", again.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_DryRun_ShowsAndAddsNothing()
    {
        var json = await JsonAsync("add-dry-run", "add", "--dry-run", "--json", "--", "echo", "a b");
        Assert.Equal("echo 'a b'", json.GetProperty("command").GetString());
        Assert.False(json.GetProperty("shell").GetBoolean());

        Assert.Contains("echo hi", (await Box.DoAsync("add", "--dry-run", "echo hi")).Out, StringComparison.Ordinal);
        Assert.Empty((await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").EnumerateArray());
    }

    [Theory]
    [InlineData(1, "add")]
    [InlineData(1, "add", "--delay", "soon", "true")]
    [InlineData(1, "add", "--at", "yesterweek", "true")]
    [InlineData(1, "add", "--retries", "-1", "true")]
    [InlineData(1, "add", "--timeout", "0", "true")]
    [InlineData(1, "add", "-g", "no blanks", "true")]
    [InlineData(1, "add", "-w", "not-there", "true")]
    [InlineData(1, "add", "-e", "=x", "true")]
    [InlineData(1, "add", "--delay", "1s", "--immediate", "true")]
    [InlineData(1, "add", "--watch", "(", "true")]
    [InlineData(1, "add", "--no-such-option", "true")]
    [InlineData(2, "add", "-a", "99", "true")]
    public async Task Add_Refused_AddsNothingAndSaysWhy(int code, params string[] arguments)
    {
        var result = await Box.RunAsync(arguments);

        Assert.Equal(code, result.ExitCode);
        Assert.Equal("", result.Out);
        Assert.StartsWith("dq: ", result.Err, StringComparison.Ordinal);
        await using var queue = await Box.OpenAsync();
        Assert.Equal(0, (await queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Failure_WithJson_IsAnErrorObject()
    {
        var result = await Box.RunAsync("--json", "add", "--delay", "soon", "true");

        var json = JsonSchemas.Check("error", result);
        Assert.Equal(1, json.GetProperty("error").GetProperty("exit_code").GetInt32());
        Assert.Contains("'soon'", json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_AppearOnlyWithShowEnv()
    {
        Box.Variables["API_TOKEN"] = "t0p-s3cret";
        var id = await Box.AddAsync("-e", "PLAIN=v1sible", "true");

        foreach (var arguments in new string[][] { ["status"], ["status", "--json"], ["export"], ["env", "list", $"{id}"], ["env", "list", $"{id}", "--json"], ["add", "--dry-run", "true"] })
        {
            var shown = await Box.DoAsync(arguments);
            Assert.DoesNotContain("s3cret", shown.Out + shown.Err, StringComparison.Ordinal);
            Assert.DoesNotContain("v1sible", shown.Out + shown.Err, StringComparison.Ordinal);
        }

        var task = (await JsonAsync("status", "status", "--json", "--show-env")).GetProperty("tasks")[0];
        Assert.Equal("t0p-s3cret", task.GetProperty("environment").GetProperty("API_TOKEN").GetString());
        var listed = await JsonAsync("env", "env", "list", $"{id}", "--json", "--show-env");
        Assert.Equal("v1sible", listed.GetProperty("environment").GetProperty("PLAIN").GetString());
        Assert.NotEqual("t0p-s3cret", listed.GetProperty("environment").GetProperty("API_TOKEN").GetString());
    }

    private async Task<CommandTask> StoredAsync(long id)
    {
        await using var queue = await Box.OpenAsync();
        return CommandTask.FromPayload(await queue.Inspector.GetPayloadAsync(new TaskId(id)));
    }
}
