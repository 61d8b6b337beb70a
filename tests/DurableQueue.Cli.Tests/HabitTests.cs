using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>What people write who know pueue and its wrappers: refused with the words of dq, or done.</summary>
public sealed class HabitTests : DqTest
{
    [Theory]
    [InlineData("dq add -g ml -- 'echo one two'", "dq add -g ml 'echo one two'")]
    [InlineData("dq add -- 'VAR=1 sh -c true'", "dq add 'VAR=1 sh -c true'")]
    [InlineData("dq add -- VAR='a b' env it", "dq add 'VAR='\\''a b'\\'' env it'")]
    [InlineData("dq run --label 'my label' -- 'VAR=1 env'", "dq run --label 'my label' 'VAR=1 env'")]
    [InlineData("dq schedule add nightly '0 3 * * *' -- 'make backup'", "dq schedule add nightly '0 3 * * *' 'make backup'")]
    public async Task ShellLineAfterTwoDashes_IsRefusedWithTheLineToWrite(string line, string instead)
    {
        var refused = await Box.ShellAsync(line);

        Assert.Equal(line.StartsWith("dq run", StringComparison.Ordinal) ? 125 : 1, refused.ExitCode);
        Assert.Contains($"For a shell line, write:\n{instead}\n", refused.Err, StringComparison.Ordinal);
        Assert.Equal(0, (await Box.ShellAsync(instead.Replace("dq run", "dq add", StringComparison.Ordinal))).ExitCode);
    }

    [Fact]
    public async Task ProgramWithABlankInItsName_IsRun()
    {
        await Box.WriteAsync("my program", "#!/bin/sh\necho here\n");
        await Box.ShellAsync("chmod +x 'my program'");
        await Box.StartWorkerAsync();

        Assert.Equal("here\n", (await Box.DoAsync("run", "--", "./my program")).Out);
        Assert.Equal("a b\n", (await Box.DoAsync("run", "--", "echo", "a b")).Out);
    }

    [Theory]
    [InlineData("'--priorty' is not an option of 'dq add'; did you mean --priority?", "add", "--priorty", "3", "true")]
    [InlineData("'--lable' is not an option of 'dq wait'; did you mean --label?", "wait", "--lable=x")]
    [InlineData("'--jsn' is not an option of 'dq status'; did you mean --json?", "status", "--jsn")]
    [InlineData("'--wiat' is not an option of 'dq kill'; did you mean --wait?", "kill", "--wiat", "3")]
    [InlineData("'-q' is not an option of 'dq add'.", "add", "-q", "true")]
    [InlineData("'--foregroud' is not an option of 'dq run'; did you mean --foreground?", "run", "--foregroud", "--", "true")]
    [InlineData("'sttus' is not a command of 'dq'; did you mean 'status'?", "sttus")]
    [InlineData("'x' is not valid for --parallel; it takes a whole number.\n", "add", "--parallel", "x", "true")]
    [InlineData("'high' is not valid for --priority; it takes a whole number.\n", "add", "-p", "high", "true")]
    [InlineData("'9999999999' is not valid for limit; it takes a whole number.\n", "group", "limit", "a", "9999999999")]
    [InlineData("The query is one argument: dq status 'first 3'.\nHere, 'first' is 'limit N'.\n", "status", "first", "3")]
    [InlineData("The query is one argument: dq status 'status=failed order_by id'.\nHere, 'order_by' is 'order by'.\n", "status", "status=failed", "order_by", "id")]
    [InlineData("'lst' is not a command of 'dq group'; did you mean 'list'?", "group", "lst")]
    public async Task UnknownWord_IsNamedWithTheNearest(string message, params string[] arguments)
    {
        var result = await Box.RunAsync(arguments);

        Assert.Equal(arguments[0] == "run" ? 125 : 1, result.ExitCode);
        Assert.Contains(message, result.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WordsThatOnlyLookLikeOptions_AreTaken()
    {
        Assert.Equal("--no-such -x\n", (await Box.ShellAsync("dq add --dry-run --json -- echo --no-such -x | sed 's/.*\"command\":\"echo \\([^\"]*\\)\".*/\\1/'")).Out);
        await Box.AddAsync("-p", "-5", "true");
        Assert.Equal(-5, (await Box.TaskAsync(1)).GetProperty("priority").GetInt32());
        Assert.Contains("Task 1 takes no input", (await Box.RunAsync("send", "1", "--text")).Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Priority_Help_NamesParallelismBesideIt()
    {
        var help = (await Box.DoAsync("add", "--help")).Out;

        Assert.Matches("--priority <N>[^-]*how many tasks run at once is\\s+--parallel", help);
    }

    [Theory]
    [InlineData("order_by id", "'order_by' is 'order by'")]
    [InlineData("label %= sweep", "'%=' is '~'")]
    [InlineData("first 3", "'first' is 'limit N'")]
    [InlineData("status=failed last 3", "'last' is 'order by id desc limit N'")]
    [InlineData("status=success", "'success' is 'succeeded'")]
    public async Task QueryInPueuesWords_IsRefusedWithOwnWords(string query, string hint)
    {
        var result = await Box.RunAsync("status", query);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"Here, {hint}", result.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task QueryWithAMistake_OfOwnWordsAndQuotedOnes_HasNoHint()
    {
        var result = await Box.RunAsync("status", "label='first' grp=1");

        Assert.Equal(1, result.ExitCode);
        Assert.DoesNotContain("Here,", result.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remove_IdsInOneWord_RemovesAll()
    {
        await Box.AddAsync("--stash", "true");
        await Box.AddAsync("--stash", "true");
        await Box.AddAsync("--stash", "true");

        var result = await Box.DoAsync("remove", "1 2", "3");

        Assert.Contains("task 1: removed", result.Err, StringComparison.Ordinal);
        Assert.Empty((await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").EnumerateArray());
    }

    [Theory]
    [InlineData("--delay and --at", "add", "--delay", "1h", "--at", "18:30", "true")]
    [InlineData("--stash and --immediate", "add", "-s", "-i", "true")]
    [InlineData("--delay and --immediate", "add", "-d", "1h", "-i", "true")]
    [InlineData("--dry-run and --follow", "add", "--dry-run", "--follow", "true")]
    [InlineData("--dry-run and --print-id", "add", "--dry-run", "--print-id", "true")]
    [InlineData("--clean-env uses the worker's environment", "add", "--clean-env", "-e", "A=1", "true")]
    [InlineData("--no-starts and --starts", "schedule", "edit", "s", "--no-starts", "--starts", "tomorrow 09:00")]
    [InlineData("--no-ends and --ends", "schedule", "edit", "s", "--no-ends", "--ends", "tomorrow 09:00")]
    [InlineData("--unset timeout and --timeout", "schedule", "edit", "s", "--unset", "timeout", "--timeout", "5s")]
    [InlineData("--verbose and --quiet", "wait", "-v", "-q", "1")]
    [InlineData("--all-time is for", "wait", "--all-time", "1")]
    [InlineData("--signal and --give-up", "kill", "-s", "USR1", "--give-up", "1")]
    [InlineData("--lines and --full", "log", "-n", "3", "-f", "1")]
    [InlineData("--immediate and --stash", "retry", "-i", "-s", "1")]
    [InlineData("--new creates", "retry", "--new", "--with-dependents", "1")]
    [InlineData("--delay and --at", "enqueue", "-d", "1h", "--at", "18:30", "1")]
    [InlineData("--after and --no-after", "edit", "1", "-a", "2", "--no-after")]
    [InlineData("--delay and --at", "edit", "1", "-d", "1h", "--at", "18:30")]
    [InlineData("--wait is for groups", "pause", "-w", "1")]
    [InlineData("Give only one of --daemon, --stop", "worker", "--stop", "--daemon")]
    [InlineData("--stop and --concurrency", "worker", "--stop", "-c", "3")]
    [InlineData("--unlimited alone", "budget", "set", "--group", "g", "--unlimited", "--rate", "1/1h")]
    [InlineData("--exit-code is for one task", "follow", "--exit-code", "1", "2")]
    [InlineData("--raw and --lines", "show", "1", "--raw", "payload", "-n", "3")]
    public async Task OptionsThatContradictEachOther_AreRefused(string message, params string[] arguments)
    {
        await Box.DoAsync("schedule", "add", "s", "0 3 * * *", "true");

        var result = await Box.RunAsync(arguments);

        Assert.True(result.ExitCode == 1, $"{result}");
        Assert.Contains(message, result.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_Report_HasEverythingAnAgentNeeds()
    {
        var first = await Box.AddAsync("--stash", "true");

        var result = await Box.RunAsync("add", "--json", "-g", "ml", "-l", "sweep/1", "-a", $"{first}", "--stash", "echo hi");

        var json = JsonSchemas.Check("add", result);
        Assert.Equal((2, 2), (json.GetProperty("id").GetInt64(), json.GetProperty("task_id").GetInt64()));
        Assert.Equal(("ml", "sweep/1", "echo hi"), (json.GetProperty("group").GetString(), json.GetProperty("label").GetString(), json.GetProperty("command").GetString()));
        Assert.Equal(first, json.GetProperty("after")[0].GetProperty("id").GetInt64());
        Assert.Equal(["Dependencies", "Stashed"], json.GetProperty("holds").EnumerateArray().Select(hold => hold.GetString()));
        Assert.Equal(Box.Files.Log(new TaskId(2), 1), json.GetProperty("log").GetString());
        Assert.Contains("Task 3 was added (group ml, label x).", (await Box.DoAsync("add", "-g", "ml", "-l", "x", "--stash", "true")).Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dag_IsolatedGroup_IsNamedAfterTheFile()
    {
        var file = await Box.WriteAsync("graph.yaml", "tasks:\n  a:\n    cmd: 'true'\n");
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(file)))[..8];

        Assert.Equal($"dag-{hash}", await SubmitAsync());
        Assert.Equal($"dag-{hash}-2", await SubmitAsync());
        var piped = await Box.RunProgramAsync(Sandbox.Dq, ["dag", "submit", "-", "--isolated-group"], await File.ReadAllTextAsync(file));
        Assert.Equal($"dag-{hash}-3", piped.Json.GetProperty("isolated_group").GetString());

        async Task<string?> SubmitAsync() => (await JsonAsync("dag", "dag", "submit", file, "--isolated-group")).GetProperty("isolated_group").GetString();
    }
}
