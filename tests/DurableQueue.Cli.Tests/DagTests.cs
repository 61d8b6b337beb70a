using System.Text.Json;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary><c>dq dag</c>: files, standard input, what is refused, what is reported.</summary>
public sealed class DagTests : DqTest
{
    private const string Diamond =
        """
        tasks:
          a: { cmd: "echo a >> order" }
          b: { cmd: "echo b >> order", after: [a], group: wide }
          c: { cmd: "echo c >> order", after: [a], group: wide }
          d: { cmd: "echo d >> order", after: [b, c] }
          e: { cmd: "echo e >> order", after: { d: failed } }
        """;

    [Fact]
    public async Task Submit_File_RunsInOrderAndReports()
    {
        await Box.StartWorkerAsync();
        var report = await JsonAsync("dag", "dag", "submit", await Box.WriteAsync("graph.yaml", Diamond), "--label-prefix", "run-1/");

        Assert.Equal(["a", "b", "c", "d", "e"], Names(report.GetProperty("topo_order")));
        Assert.Equal(2, report.GetProperty("width_per_group").GetProperty("wide").GetInt32());
        var ids = report.GetProperty("ids").EnumerateObject().ToDictionary(id => id.Name, id => id.Value.GetInt64());
        Assert.Equal("run-1/a", (await Box.TaskAsync(ids["a"])).GetProperty("label").GetString());

        Assert.Equal(5, (await Box.RunAsync("wait", "--label-prefix", "run-1/")).ExitCode);
        Assert.Matches("^a\n(b\nc|c\nb)\nd\n$", await File.ReadAllTextAsync(Path.Combine(Box.Folder, "order")));
        Assert.Equal("DependencyFailed", (await Box.TaskAsync(ids["e"])).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Submit_IsolatedGroup_IsFreshAndAsWideAsTheGraph()
    {
        var file = await Box.WriteAsync("graph.yaml", Diamond);

        var made = await JsonAsync("dag", "dag", "submit", "--isolated-group", file);
        var named = await JsonAsync("dag", "dag", "submit", file, "--isolated-group", "mine");

        Assert.Equal("mine", named.GetProperty("isolated_group").GetString());
        Assert.Equal(2, named.GetProperty("width_per_group").GetProperty("mine").GetInt32());
        var groups = (await JsonAsync("groups", "group", "list", "--json")).GetProperty("groups").EnumerateArray().ToDictionary(group => group.GetProperty("name").GetString()!);
        Assert.Equal(2, groups["mine"].GetProperty("limit").GetInt32());
        Assert.Equal(2, groups[made.GetProperty("isolated_group").GetString()!].GetProperty("limit").GetInt32());
        Assert.Equal(2, (await Box.RunAsync("dag", "submit", file, "--isolated-group", "mine")).ExitCode);
    }

    [Fact]
    public async Task Submit_NarrowGroup_WarnsWithTheCommandThatFixesIt()
    {
        await Box.DoAsync("group", "add", "wide", "--limit", "1");
        var file = await Box.WriteAsync("graph.yaml", Diamond);

        var report = await JsonAsync("dag", "dag", "submit", "--dry-run", file);
        var command = Assert.Single(report.GetProperty("warnings").EnumerateArray()).GetProperty("command").GetString()!;
        Assert.Equal(0, (await Box.ShellAsync(command)).ExitCode);
        Assert.Empty((await JsonAsync("dag", "dag", "submit", "--dry-run", file)).GetProperty("warnings").EnumerateArray());

        await Box.DoAsync("group", "limit", "wide", "1");
        Assert.Empty((await JsonAsync("dag", "dag", "submit", "--auto-parallel", file)).GetProperty("warnings").EnumerateArray());
        var wide = (await JsonAsync("groups", "group", "list", "--json")).GetProperty("groups").EnumerateArray().Single(group => group.GetProperty("name").GetString() == "wide");
        Assert.Equal(2, wide.GetProperty("limit").GetInt32());
    }

    [Fact]
    public async Task Submit_StandardInput_InEitherFormatWithADefaultGroup()
    {
        var json = """{"tasks":{"only":{"cmd":["printf","%s","a b"],"env":{"A":"1"}}}}""";

        var first = await Box.RunProgramAsync(Sandbox.Dq, ["dag", "submit", "-", "--default-group", "ml"], json);
        var second = await Box.RunProgramAsync(Sandbox.Dq, ["dag", "submit", "-", "--format", "yaml"], "tasks: { x: { cmd: 'true' } }");

        var id = JsonSchemas.Check("dag", first).GetProperty("ids").GetProperty("only").GetInt64();
        var task = await Box.TaskAsync(id);
        Assert.Equal(("ml", "printf %s 'a b'", Box.Folder), (task.GetProperty("group").GetString(), task.GetProperty("command").GetString(), task.GetProperty("working_dir").GetString()));
        Assert.Equal(0, second.ExitCode);
    }

    [Theory]
    [InlineData("mermaid", "flowchart")]
    [InlineData("dot", "digraph")]
    [InlineData("text", "a")]
    public async Task PrintGraph_IsInTheReportAndOnItsOwn(string kind, string begin)
    {
        var file = await Box.WriteAsync("graph.yaml", Diamond);

        var report = await JsonAsync("dag", "dag", "submit", "--dry-run", "--print-graph", kind, file);
        var printed = await Box.DoAsync("dag", "print", file, "--as", kind);

        Assert.StartsWith(begin, printed.Out, StringComparison.Ordinal);
        Assert.Equal(printed.Out, report.GetProperty("graph").GetString());
        Assert.Empty((await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").EnumerateArray());
    }

    [Theory]
    [InlineData("tasks: { a: { cmd: x, after: [b] }, b: { cmd: x, after: [a] } }", "a")]
    [InlineData("tasks:\n  a: { cmd: x, after: [nobody] }", "graph.yaml:2:")]
    [InlineData("tasks:\n  a: { group: g }", "graph.yaml:2:")]
    [InlineData("tasks:\n  a: { cmd: x }\n  a: { cmd: y }", "graph.yaml:3:")]
    [InlineData("tasks:\n  a: { cmd: x, after: [a] }", "graph.yaml:2:")]
    [InlineData("tasks: [", "graph.yaml:2:1: ")]
    public async Task Submit_WrongFile_AddsNothingAndPointsAtThePlace(string text, string named)
    {
        var result = await Box.RunAsync("dag", "submit", await Box.WriteAsync("graph.yaml", text));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(named, result.Err, StringComparison.Ordinal);
        await using var queue = await Box.OpenAsync();
        Assert.Equal(0, (await queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Submit_NoFile_IsRefused()
    {
        Assert.Equal(1, (await Box.RunAsync("dag", "submit")).ExitCode);
        Assert.Equal(1, (await Box.RunAsync("dag", "submit", "not-there.yaml")).ExitCode);
    }

    [Fact]
    public async Task Sample_Pipeline_ShowsItsFiveLogs()
    {
        var result = await Box.RunProgramAsync(RepositoryRoot.File("samples", "Pipeline", "run.sh"), []);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("== fetch\n1000\n== clean\n980\n== average\naverage ", result.Out, StringComparison.Ordinal);
        Assert.Matches(@"== report\naverage \d+\.\d\nhighest \d+ at \d+\n$", result.Out);
    }

    private static string[] Names(JsonElement names) => [.. names.EnumerateArray().Select(name => name.GetString()!)];
}
