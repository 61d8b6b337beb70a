using DurableQueue.Processes;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>Commands that change queued tasks, which need no worker: stash, enqueue, switch, edit, env, cancel, approve, reject, remove, kill.</summary>
public sealed class ChangeTests : DqTest
{
    [Fact]
    public async Task Stash_AndEnqueue_PutAsideAndTakeUp()
    {
        var (first, second) = (await Box.AddAsync("true"), await Box.AddAsync("-g", "ml", "true"));

        await JsonAsync("actions", "stash", "--json", $"{first}");
        Assert.Equal(["Stashed"], await HoldsAsync(first));
        await Box.DoAsync("stash", "-g", "ml");
        Assert.Equal(["Stashed"], await HoldsAsync(second));

        await Box.DoAsync("enqueue", $"{first}");
        Assert.Empty(await HoldsAsync(first));
        await Box.DoAsync("enqueue", "--all", "--delay", "1h");
        Assert.Equal(["NotBefore"], await HoldsAsync(second));
        Assert.Equal(2, (await Box.RunAsync("enqueue", $"{first}")).ExitCode);
    }

    [Fact]
    public async Task Changes_OfATask_AreRecordedUnderTheNameOfTheUser()
    {
        var id = await Box.AddAsync("true");
        await Box.DoAsync("stash", $"{id}");
        await Box.DoAsync("cancel", "--reason", "enough", $"{id}");
        await Box.DoAsync("remove", $"{id}");

        await using var queue = await Box.OpenAsync();
        Assert.Equal(
            [(QueueRequestKind.Stash, Environment.UserName, null), (QueueRequestKind.Cancel, Environment.UserName, "enough"), (QueueRequestKind.Remove, Environment.UserName, (string?)null)],
            (await queue.Inspector.GetRequestLogAsync()).Reverse().Select(request => (request.Kind, request.By, request.Reason)));
    }

    [Fact]
    public async Task Switch_TwoQueuedTasks_ChangePlaces()
    {
        var (first, second) = (await Box.AddAsync("-p", "1", "true"), await Box.AddAsync("-p", "9", "true"));

        await Box.DoAsync("switch", $"{first}", $"{second}");

        Assert.Equal(9, (await Box.TaskAsync(first)).GetProperty("priority").GetInt32());
        Assert.Equal(1, (await Box.RunAsync("switch", $"{first}", $"{first}")).ExitCode);
        Assert.Equal(2, (await Box.RunAsync("switch", $"{first}", "99")).ExitCode);
    }

    [Fact]
    public async Task Edit_Options_ChangeWhatTheyName()
    {
        var parent = await Box.AddAsync("true");
        var id = await Box.AddAsync("-l", "old", "--", "echo", "old");

        await Box.DoAsync("edit", $"{id}", "--command", "echo new", "-l", "new", "-p", "4", "-g", "ml", "-a", $"{parent}", "--retries", "3", "-w", "/");

        var task = await Box.TaskAsync(id);
        Assert.Equal("echo new", task.GetProperty("command").GetString());
        Assert.Equal("/", task.GetProperty("working_dir").GetString());
        Assert.Equal(("new", 4, "ml", 4), (task.GetProperty("label").GetString(), task.GetProperty("priority").GetInt32(), task.GetProperty("group").GetString(), task.GetProperty("max_attempts").GetInt32()));
        Assert.Equal(parent, Assert.Single(task.GetProperty("after").EnumerateArray()).GetProperty("id").GetInt64());
        await Box.DoAsync("edit", $"{id}", "--no-after");
        Assert.Empty(await HoldsAsync(id));
        Assert.Equal(2, (await Box.RunAsync("edit", "99", "-p", "1")).ExitCode);
    }

    [Fact]
    public async Task Edit_InEditor_SavesWhatWasWritten()
    {
        var id = await Box.AddAsync("-l", "old", "-e", "KEPT=1", "echo old");
        Box.Variables["EDITOR"] = "sed -i -e s/old/new/g";

        await Box.DoAsync("edit", $"{id}");

        var task = await Box.TaskAsync(id);
        Assert.Equal(("echo new", "new"), (task.GetProperty("command").GetString(), task.GetProperty("label").GetString()));
        await using var queue = await Box.OpenAsync();
        Assert.Equal("1", CommandTask.FromPayload(await queue.Inspector.GetPayloadAsync(new TaskId(id))).Environment!["KEPT"]);
    }

    [Theory]
    [InlineData("false", 1)]
    [InlineData("sed -i -e s/command/kommand/", 1)]
    [InlineData("true", 0)]
    [InlineData(null, 1)]
    public async Task Edit_InEditor_ThatDoesNotGoWell_ChangesNothing(string? editor, int code)
    {
        var id = await Box.AddAsync("echo old");
        Box.Variables["EDITOR"] = editor;

        Assert.Equal(code, (await Box.RunAsync("edit", $"{id}")).ExitCode);
        Assert.Equal("echo old", (await Box.TaskAsync(id)).GetProperty("command").GetString());
    }

    [Fact]
    public async Task Env_SetAndUnset_ChangeTheVariablesOfAQueuedTask()
    {
        var id = await Box.AddAsync("-e", "A=1", "true");

        await Box.DoAsync("env", "set", $"{id}", "B", "two words");
        await Box.DoAsync("env", "unset", $"{id}", "A");

        var listed = await Box.DoAsync("env", "list", $"{id}", "--show-env");
        Assert.Contains("\nB=two words\n", listed.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\nA=", listed.Out, StringComparison.Ordinal);
        Assert.Equal(2, (await Box.RunAsync("env", "unset", $"{id}", "A")).ExitCode);
    }

    [Fact]
    public async Task Cancel_WithTree_EndsAllThatWaits()
    {
        var parent = await Box.AddAsync("true");
        var child = await Box.AddAsync("-a", $"{parent}:finished", "true");

        await JsonAsync("actions", "cancel", "--json", "--tree", "--reason", "no need", $"{parent}");

        Assert.Equal("Cancelled", (await Box.TaskAsync(child)).GetProperty("outcome").GetString());
        Assert.Equal("no need", (await Box.TaskAsync(parent)).GetProperty("error").GetString());
    }

    [Fact]
    public async Task Approve_AndReject_DecideOnce()
    {
        var (yes, no) = (await Box.AddAsync("--approval", "true"), await Box.AddAsync("--approval", "true"));

        await Box.DoAsync("approve", $"{yes}", "--note", "looked at it");
        await Box.DoAsync("reject", $"{no}", "--by", "ann", "--reason", "too dear");

        Assert.Empty(await HoldsAsync(yes));
        Assert.Equal("Rejected", (await Box.TaskAsync(no)).GetProperty("outcome").GetString());
        Assert.Contains("too dear", (await Box.TaskAsync(no)).GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, (await Box.RunAsync("approve", $"{yes}")).ExitCode);
    }

    [Fact]
    public async Task Remove_TakesTasksOutUnlessSomethingWaitsForThem()
    {
        var parent = await Box.AddAsync("true");
        var child = await Box.AddAsync("-a", $"{parent}", "true");

        Assert.Equal(2, (await Box.RunAsync("remove", $"{parent}")).ExitCode);
        await Box.DoAsync("remove", $"{parent}", $"{child}");

        Assert.Empty((await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").EnumerateArray());
    }

    [Fact]
    public async Task Request_PartlyFailed_DoesTheRestAndIsNotZero()
    {
        var (first, second) = (await Box.AddAsync("true"), await Box.AddAsync("true"));

        var result = await Box.RunAsync("kill", "--json", $"{first}", "99", $"{second}");

        Assert.Equal(2, result.ExitCode);
        var results = JsonSchemas.Check("actions", result).GetProperty("results");
        Assert.Equal([true, false, true], results.EnumerateArray().Select(entry => entry.GetProperty("ok").GetBoolean()));
        Assert.Contains("99", result.Err, StringComparison.Ordinal);
        Assert.Equal("Cancelled", (await Box.TaskAsync(second)).GetProperty("outcome").GetString());
        Assert.Equal(2, (await Box.RunAsync("kill", $"{first}")).ExitCode);
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("kill", "1", "--all")]
    [InlineData("stash", "-g", "default", "--all")]
    [InlineData("kill", "one")]
    [InlineData("retry")]
    [InlineData("wait")]
    [InlineData("wait", "1", "--all")]
    [InlineData("log")]
    [InlineData("send", "1")]
    public async Task Targets_MissingOrSeveralWays_IsRefused(params string[] arguments)
    {
        await Box.AddAsync("true");

        Assert.Equal(1, (await Box.RunAsync(arguments)).ExitCode);
        Assert.Equal("Queued", (await Box.TaskAsync(1)).GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("kill", "-g", "nobody")]
    [InlineData("pause", "-g", "nobody")]
    [InlineData("pause", "1")]
    [InlineData("start", "99")]
    [InlineData("send", "1", "text")]
    [InlineData("kill", "--signal", "USR1", "1")]
    [InlineData("retry", "1")]
    [InlineData("wait", "99")]
    [InlineData("wait", "-g", "nobody")]
    [InlineData("log", "99")]
    [InlineData("follow", "99")]
    [InlineData("env", "list", "99")]
    [InlineData("remove", "99")]
    [InlineData("clean", "-g", "nobody")]
    public async Task Targets_NotThereOrInTheWrongState_AreCodeTwo(params string[] arguments)
    {
        await Box.AddAsync("true");

        Assert.Equal(2, (await Box.RunAsync(arguments)).ExitCode);
    }

    private async Task<string[]> HoldsAsync(long id) => [.. (await Box.TaskAsync(id)).GetProperty("holds").EnumerateArray().Select(hold => hold.GetString()!)];
}
