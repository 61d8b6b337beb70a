using System.Globalization;
using DurableQueue.Processes;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary><c>dq add -</c>: a task for each line of standard input.</summary>
public sealed class AddLinesTests : DqTest
{
    [Fact]
    public async Task AddLines_EachLine_IsATaskInOrder()
    {
        var result = await Box.ShellAsync(@"printf '\xef\xbb\xbfecho 1\n\n  # a note\n \t\necho ""zw\xc3\xb6lf""\r\n{ echo 3; }' | dq add - --print-id -l many -g bulk --parallel 3");

        Assert.Equal((0, "1\n2\n3\n"), (result.ExitCode, result.Out));
        Assert.Equal(["echo 1", "echo \"zwölf\"", "{ echo 3; }"], await StoredLinesAsync());
        var tasks = (await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").EnumerateArray().ToList();
        Assert.All(tasks, task => Assert.Equal(("many", "bulk"), (task.GetProperty("label").GetString(), task.GetProperty("group").GetString())));
    }

    [Fact]
    public async Task AddLines_OptionsOfTheTask_ApplyToEach()
    {
        var parent = await Box.AddAsync("--stash", "true");

        var result = await LinesAsync("a\nb\n", "--after", $"{parent}", "-e", "SIZE=3", "--retries", "2", "-p", "4");

        Assert.Contains("2 tasks were added: 2 to 3.", result.Err, StringComparison.Ordinal);
        var added = (await Box.DoAsync("status", "--json", "--show-env", "id>1")).Json.GetProperty("tasks").EnumerateArray().ToList();
        Assert.Equal(2, added.Count);
        Assert.All(added, task =>
        {
            Assert.Equal(parent, task.GetProperty("after")[0].GetProperty("id").GetInt64());
            Assert.Equal("3", task.GetProperty("environment").GetProperty("SIZE").GetString());
            Assert.Equal((3, 4), (task.GetProperty("max_attempts").GetInt32(), task.GetProperty("priority").GetInt32()));
        });
    }

    [Fact]
    public async Task AddLines_Json_HasAnIdForEachLine()
    {
        var json = JsonSchemas.Check("add-lines", await LinesAsync("echo 1\necho 2\n", "--json"));

        Assert.Equal([1L, 2L], json.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("id").GetInt64()));
        Assert.Equal("echo 2", json.GetProperty("tasks")[1].GetProperty("command").GetString());
    }

    [Fact]
    public async Task AddLines_DryRun_AddsNothing()
    {
        var json = JsonSchemas.Check("add-lines-dry-run", await LinesAsync("a\nb\n", "--dry-run", "--json"));
        var text = await LinesAsync("a\nb\n", "--dry-run");

        Assert.Equal(["a", "b"], json.GetProperty("commands").EnumerateArray().Select(command => command.GetString()));
        Assert.StartsWith("shell line: a\nshell line: b\nin: ", text.Out, StringComparison.Ordinal);
        Assert.Empty(await StoredLinesAsync());
    }

    [Theory]
    [InlineData(@"printf 'true\na\0b\n'", "Line 2 contains a NUL character")]
    [InlineData(@"printf 'true\n\na\xff\n'", "Line 3 contains bytes that are not UTF-8")]
    [InlineData(@"echo true; printf '{""version"":1,""id"":3}\n'", "Line 2 is a JSON object and not a command ('dq import -'")]
    [InlineData("echo true; head -c 131072 /dev/zero | tr '\\0' a", "Line 2 has 131072 bytes")]
    [InlineData("head -c 67108865 /dev/zero | tr '\\0' '\\n'", "longer than 64 MiB")]
    [InlineData("printf '\\n# only a note\\n'", "contains no command")]
    [InlineData("true", "contains no command")]
    public async Task AddLines_NotValid_NamesTheLineAndAddsNothing(string input, string expected)
    {
        var result = await Box.ShellAsync($"{{ {input}; }} | dq add - -g new");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(expected, result.Err, StringComparison.Ordinal);
        Assert.Contains("nothing was added", result.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("group new", result.Err, StringComparison.Ordinal);
        Assert.Empty(await StoredLinesAsync());
    }

    [Fact]
    public async Task AddLines_LongestLine_IsAdded()
    {
        var result = await Box.ShellAsync("head -c 131071 /dev/zero | tr '\\0' a | dq add - --clean-env --print-id");

        Assert.Equal("1\n", result.Out);
    }

    [Theory]
    [InlineData("dq add - <&-", "contains no command")]
    [InlineData("echo true | dq add - --key nightly", "--key names one task")]
    [InlineData("echo true | dq add - -a 99", "99")]
    public async Task AddLines_Refused_IsSaid(string line, string expected)
    {
        var result = await Box.ShellAsync(line);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(expected, result.Err, StringComparison.Ordinal);
        Assert.Empty(await StoredLinesAsync());
    }

    [Fact]
    public async Task AddLines_MoreThanOneTransactionTakes_GivesAnIdForEachInOrder()
    {
        var input = string.Concat(Enumerable.Range(1, 10_001).Select(number => string.Create(CultureInfo.InvariantCulture, $"echo {number}\n")));

        var result = await LinesAsync(input, "--print-id", "--clean-env");

        Assert.Equal(Enumerable.Range(1, 10_001).Select(id => $"{id}"), result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("echo 10001", (await Box.TaskAsync(10_001)).GetProperty("command").GetString());
    }

    [Fact]
    public async Task AddLines_WordBehindTwoDashes_IsAProgram()
    {
        var added = await Box.AddAsync("--", "-");

        Assert.Equal("-", (await Box.TaskAsync(added)).GetProperty("command").GetString());
    }

    /// <summary>Whenever the signal arrives, dq ends: it does not wait for the end of its input.</summary>
    [Fact]
    public async Task AddLines_InterruptedWhileItReads_EndsAndAddsNothing()
    {
        var result = await Box.ShellAsync(
            $"mkfifo {Box.Folder}/lines; exec 3<>{Box.Folder}/lines; echo true >&3; timeout --preserve-status -s INT 1 env --default-signal=INT dq add - <&3");

        Assert.Equal(130, result.ExitCode);
        Assert.Empty(await StoredLinesAsync());
    }

    private Task<DqResult> LinesAsync(string input, params string[] options) => Box.RunProgramAsync(Sandbox.Dq, ["add", "-", .. options], input);

    private async Task<List<string?>> StoredLinesAsync()
    {
        await using var queue = await Box.OpenAsync();
        var lines = new List<string?>();
        foreach (var task in (await queue.Inspector.QueryAsync(new TaskQuery())).Tasks)
        {
            lines.Add(CommandTask.FromPayload(await queue.Inspector.GetPayloadAsync(task.Id)).CommandLine);
        }

        return lines;
    }
}
