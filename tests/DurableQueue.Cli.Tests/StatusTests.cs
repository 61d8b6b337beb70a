using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary><c>dq status</c>: table, JSON, queries, terminals and pipes.</summary>
public sealed class StatusTests : DqTest
{
    [Fact]
    public async Task Status_EmptyQueue_ShowsTheDefaultGroup()
    {
        Box.Variables["DOTNET_PROCESSOR_COUNT"] = "5";
        Assert.Contains("group default: limit 5, 0 running", (await Box.DoAsync("status")).Out, StringComparison.Ordinal);
        Assert.Equal("{\"version\":1,\"tasks\":[]}\n", (await Box.DoAsync("status", "--json")).Out);
    }

    [Fact]
    public async Task Status_Json_HasEveryTaskInOrderAndFitsTheSchema()
    {
        await SeedAsync(120, finished: 100);

        var tasks = (await JsonAsync("status", "status", "--json")).GetProperty("tasks");

        Assert.Equal(Enumerable.Range(1, 120), tasks.EnumerateArray().Select(task => task.GetProperty("id").GetInt32()));
        Assert.Equal("Succeeded", tasks[0].GetProperty("outcome").GetString());
        Assert.Equal("Queued", tasks[119].GetProperty("state").GetString());
    }

    [Fact]
    public async Task Status_Table_HasActiveTasksAndTheLastFiftyFinished()
    {
        await SeedAsync(120, finished: 100);

        var lines = (await Box.DoAsync("status")).Out.Split('\n');

        var ids = lines.SkipWhile(line => !line.StartsWith("ID", StringComparison.Ordinal)).Skip(1).Where(line => line.Length > 0)
            .Select(line => int.Parse(line.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(Enumerable.Range(51, 70), ids);
    }

    [Fact]
    public async Task Status_Query_FiltersOrdersAndLimits()
    {
        var first = await Box.AddAsync("-g", "ml", "-l", "sweep/1", "true");
        await Box.AddAsync("-g", "ml", "-l", "other", "true");
        var third = await Box.AddAsync("-g", "ml", "-l", "sweep/2", "-p", "3", "true");
        await Box.AddAsync("-l", "sweep/3", "true");

        var found = (await JsonAsync("status", "status", "--json", "status=queued and group=ml and label~sweep order by priority desc limit 10")).GetProperty("tasks");
        Assert.Equal([third, first], found.EnumerateArray().Select(task => task.GetProperty("id").GetInt64()));

        var one = (await JsonAsync("status", "status", "--json", "label='sweep/2' or command='nothing'")).GetProperty("tasks");
        Assert.Equal(third, Assert.Single(one.EnumerateArray()).GetProperty("id").GetInt64());
        Assert.Contains("sweep/1", (await Box.DoAsync("status", "-g", "ml")).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("sweep/3", (await Box.DoAsync("status", "-g", "ml")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_BadQuery_PointsAtTheColumn()
    {
        var result = await Box.RunAsync("status", "group=ml and colour=red");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("column 14", result.Err, StringComparison.Ordinal);
        Assert.Equal("", result.Out);
    }

    [Fact]
    public async Task Status_NarrowTerminal_StaysWithinTheWidth()
    {
        await Box.AddAsync("-l", new string('l', 100), $"echo {new string('x', 200)} wörter\nand a second line\u0007");
        Box.Variables["COLUMNS"] = "60";

        var lines = (await Box.DoAsync("status")).Out.Split('\n').SkipWhile(line => !line.StartsWith("ID", StringComparison.Ordinal)).ToArray();

        Assert.All(lines, line => Assert.True(line.Length <= 60, line));
        Assert.Contains('…', lines[1]);
        Box.Variables["COLUMNS"] = null;
        var whole = (await Box.DoAsync("status")).Out;
        Assert.Contains("wörter\\nand a second line\\x07", whole, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("40", "ID STATE COMMAND")]
    [InlineData("80", "ID STATE GROUP LABEL AFTER COMMAND")]
    [InlineData("200", "ID STATE GROUP LABEL PRIO AFTER COMMAND")]
    public async Task Status_Terminal_ColumnsGiveWayByImportance(string columns, string expected)
    {
        await Box.AddAsync("-s", "-p", "3", "-g", "a-long-group-name", "-l", "sweep/lr=0.001/batch=64", "python train.py --lr 0.001 --batch 64 --out runs/1");
        await Box.AddAsync("-g", "a-long-group-name", "-a", "1", "-l", "report", "python report.py runs/*");
        Box.Variables["COLUMNS"] = columns;

        var lines = (await Box.DoAsync("status")).Out.Split('\n').SkipWhile(line => !line.StartsWith("ID", StringComparison.Ordinal)).ToArray();

        Assert.Equal(expected, string.Join(' ', lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.StartsWith("1 ", lines[1], StringComparison.Ordinal);
        Assert.Contains("stashed", lines[1], StringComparison.Ordinal);
        Assert.Contains("python train", lines[1], StringComparison.Ordinal);
        Assert.Contains("dependencies", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Color_IsForTerminalsUnlessAskedFor()
    {
        await Box.AddAsync("true");

        Assert.DoesNotContain('\u001b', (await Box.DoAsync("status")).Out);
        Assert.Contains("\u001b[", (await Box.DoAsync("--color", "always", "status")).Out, StringComparison.Ordinal);
        Assert.Contains("\u001b[", await OnTerminalAsync(""), StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[1m", await OnTerminalAsync("NO_COLOR=1"), StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[1m", await OnTerminalAsync("", "--color never"), StringComparison.Ordinal);
        Assert.Equal(1, (await Box.RunAsync("--color", "blue", "status")).ExitCode);
    }

    [Fact]
    public async Task Output_ClosedPipe_EndsQuietly()
    {
        await SeedAsync(3_000, finished: 0);

        var result = await Box.ShellAsync("set -o pipefail; dq status --json | head -c 10; echo \"$?\" >&2");

        Assert.Equal("0\n", result.Err);
        Assert.Equal("{\"version\"", result.Out);
    }

    [Fact]
    public async Task Help_AndVersion_AreOnStandardOutput()
    {
        var help = await Box.DoAsync("--help");
        Assert.All(new[] { "add", "run", "status", "dag", "top", "doctor", "--queue" }, word => Assert.Contains(word, help.Out, StringComparison.Ordinal));
        Assert.Matches(@"^\d+\.\d+\.\d+", (await Box.DoAsync("--version")).Out);
        var nothing = await Box.RunAsync();
        Assert.Equal(1, nothing.ExitCode);
        Assert.Equal("", nothing.Out);
    }

    /// <summary>What a terminal shows; script makes one.</summary>
    private async Task<string> OnTerminalAsync(string variables, string options = "") =>
        (await Box.ShellAsync($"TERM=xterm {variables} script -qec 'dq {options} status' /dev/null")).Out;

    private async Task SeedAsync(int count, int finished)
    {
        await using var queue = await Box.OpenAsync();
        await queue.EnqueueAsync([.. Enumerable.Range(0, count).Select(_ => new NewTask("command", """{"commandLine":"true"}"""u8.ToArray()))]);
        var leased = finished == 0 ? [] : await queue.CheckoutAsync(new CheckoutRequest { Worker = "seed" }, finished);
        await queue.CompleteAsync([.. leased.Select(task => new TaskCompletion(task.Lease))]);
    }
}
