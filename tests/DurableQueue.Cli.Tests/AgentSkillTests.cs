using System.Globalization;
using System.Text.Json;
using DurableQueue.Processes;
using DurableQueue.Tests.Documentation;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>The skill for agents: its scripts and the calls that it teaches, as an agent makes them, with no worker at the start.</summary>
public sealed class AgentSkillTests : DqTest
{
    private static readonly string Folder = RepositoryRoot.File("samples", "agent-skill");

    public AgentSkillTests() => Box.Variables["DQ_START_WORKER"] = "1";

    [Fact]
    public async Task Skill_FrontMatter_HasNameAndDescription()
    {
        var lines = (await File.ReadAllTextAsync(Path.Combine(Folder, "SKILL.md"))).Split('\n');

        Assert.Equal("---", lines[0]);
        Assert.Matches("^name: [a-z][a-z-]{0,63}$", lines[1]);
        Assert.Matches("^description: .{20,1010}$", lines[2]);
        Assert.Equal("---", lines[3]);
    }

    [Fact]
    public void Skill_Scripts_AreEachOneCallAndNamedByThePage()
    {
        var page = File.ReadAllText(Path.Combine(Folder, "SKILL.md"));
        var scripts = Directory.GetFiles(Path.Combine(Folder, "scripts"));

        Assert.Equal(3, scripts.Length);
        Assert.All(scripts, script =>
        {
            Assert.Contains($"scripts/{Path.GetFileName(script)}", page, StringComparison.Ordinal);
            Assert.Single(File.ReadLines(script), line => line.Contains("exec dq ", StringComparison.Ordinal));
            Assert.True(File.GetUnixFileMode(script).HasFlag(UnixFileMode.UserExecute), $"{script} cannot be executed");
        });
    }

    [Fact]
    public async Task OneTask_RunFollowedOrHandedOver_TellsHowItEnded()
    {
        var run = await Box.RunAsync("run", "echo built; exit 4");
        Assert.Equal((4, "built\n"), (run.ExitCode, run.Out));

        var id = IdIn(await Box.DoAsync("add", "--json", "--label", "build", "echo all; exit 1"));
        Assert.Equal(5, (await Box.RunAsync("wait", id)).ExitCode);
        Assert.Equal("all\n", (await Box.DoAsync("log", id, "-n", "50")).Out);
        Assert.Contains("exit code 1", (await Box.DoAsync("show", id)).Out, StringComparison.Ordinal);

        var good = IdIn(await Box.DoAsync("add", "--json", "--after", $"{id}:failed", "true"));
        Assert.Equal(0, (await Box.RunAsync("wait", good)).ExitCode);
        Assert.Equal(6, (await Box.RunAsync("wait", IdIn(await Box.DoAsync("add", "--json", "sleep 60")), "--timeout", "100ms")).ExitCode);
    }

    [Fact]
    public async Task Sweep_ThirtyLinesAndAtMostFour_RunsAllAndNeverMore()
    {
        // Each one notes how many run while it does.
        var lines = string.Concat(Enumerable.Range(1, 30).Select(n => FormattableString.Invariant($"touch run.{n}; ls run.* | wc -l >> seen; sleep 0.1; rm run.{n}\n")));

        var added = await ScriptAsync("sweep.sh", ["lr", "4"], lines);

        Assert.Equal(30, added.Json.GetProperty("tasks").GetArrayLength());
        var waited = await Box.RunAsync("wait", "--label", "lr");
        Assert.True(waited.ExitCode == 0, waited.ToString());
        Assert.Equal(30, (await Box.DoAsync("status", "--json", "label=lr and status=succeeded")).Json.GetProperty("tasks").GetArrayLength());
        var seen = (await File.ReadAllLinesAsync(Path.Combine(Box.Folder, "seen"))).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(30, seen.Count);
        Assert.InRange(seen.Max(), 1, 4);
    }

    [Fact]
    public async Task Sweep_GroupWithAnotherLimit_AddsNothing()
    {
        await Box.DoAsync("group", "add", "lr", "--limit", "2");

        var added = await ScriptAsync("sweep.sh", ["lr", "4"], "true\n");

        Assert.Equal(2, added.ExitCode);
        Assert.Contains("dq group limit lr 4", added.Err, StringComparison.Ordinal);
        Assert.Equal(0, (await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").GetArrayLength());
    }

    [Fact]
    public async Task Graph_OfThePage_FansOutAndInInAGroupOfItsOwn()
    {
        var page = ManualPage.All.Single(each => each.Name == "samples/agent-skill/SKILL.md");
        var graph = page.Blocks.Single(block => block.Language == "yaml").Code;
        await Box.WriteAsync("pipeline.yaml", graph);
        foreach (var script in new[] { "prepare.sh", "part.sh", "join.sh" })
        {
            File.SetUnixFileMode(await Box.WriteAsync(script, $"#!/bin/sh\necho {script} $1 >> order\n"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var submitted = await Box.DoAsync("dag", "submit", "pipeline.yaml", "--isolated-group", "--label-prefix", "nightly-");
        await Box.DoAsync("wait", "--label-prefix", "nightly-");

        var order = await File.ReadAllLinesAsync(Path.Combine(Box.Folder, "order"));
        Assert.Equal("prepare.sh", order[0]);
        Assert.Equal(["part.sh left", "part.sh right"], order[1..3].Order(StringComparer.Ordinal));
        Assert.Equal("join.sh", order[3]);
        var group = submitted.Json.GetProperty("isolated_group").GetString();
        var tasks = (await Box.DoAsync("status", "--json", $"group={group}")).Json.GetProperty("tasks").EnumerateArray();
        Assert.Equal(["nightly-join", "nightly-left", "nightly-prepare", "nightly-right"], tasks.Select(task => task.GetProperty("label").GetString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Notified_SubmittedAndNobodyListened_GetsEachOnceInOrder()
    {
        var id = IdIn(await Box.DoAsync("add", "--json", "--label", "build", "--watch", "listening on", "echo listening on 80; exit 3"));
        await Box.RunAsync("wait", id);

        var first = (await ScriptAsync("wake.sh", ["build"])).Json;
        var second = (await ScriptAsync("wake.sh", ["build"])).Json;

        Assert.Equal(("output", "listening on 80"), (first.GetProperty("topic").GetString(), first.GetProperty("text").GetString()));
        Assert.Equal("exit", second.GetProperty("topic").GetString());
        Assert.Equal("listening on 80\n", second.GetProperty("tail").GetString());
        var manifest = second.GetProperty("manifest");
        Assert.Equal((3, Box.Files.Log(new TaskId(long.Parse(id, CultureInfo.InvariantCulture)), 1)), (manifest.GetProperty("exit_code").GetInt32(), manifest.GetProperty("log").GetString()));

        // The third waits until there is one more.
        using var waiting = Box.StartProgram(Path.Combine(Folder, "scripts", "wake.sh"), "build");
        await Box.RunAsync("run", "--label", "build", "true");
        var third = JsonDocument.Parse(await waiting.StandardOutput.ReadToEndAsync()).RootElement;
        await waiting.WaitForExitAsync();
        Assert.Equal(("exit", "0"), (third.GetProperty("topic").GetString(), third.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Repair_RetryKillAndRemove_DoWhatThePageSays()
    {
        var id = IdIn(await Box.DoAsync("add", "--json", "--label", "flaky", "test -e fixed"));
        var dependent = IdIn(await Box.DoAsync("add", "--json", "--after", id, "true"));
        Assert.Equal(5, (await Box.RunAsync("wait", dependent)).ExitCode);
        await Box.WriteAsync("fixed", "");
        await Box.DoAsync("retry", id, "--with-dependents");
        await Box.DoAsync("wait", id, dependent);

        var endless = IdIn(await Box.DoAsync("add", "--json", "sleep 600"));
        await Box.DoAsync("kill", endless, "--wait");
        await Box.DoAsync("remove", endless);
        Assert.Equal(2, (await Box.RunAsync("show", endless)).ExitCode);
    }

    [Fact]
    public async Task Tidy_DryRunAndRun_ReportWhatIsRemovedAndKeep()
    {
        await Box.RunAsync("run", "true");

        var report = (await ScriptAsync("tidy.sh", ["--dry-run"])).Json;
        var done = await ScriptAsync("tidy.sh", []);

        Assert.True(done.ExitCode == 0, done.ToString());
        Assert.Equal(report.GetProperty("tasks").GetRawText(), done.Json.GetProperty("tasks").GetRawText());
        Assert.Equal(1, (await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").GetArrayLength());
    }

    [Fact]
    public async Task Approval_AskedInsideACommand_WaitsForThePerson()
    {
        var id = IdIn(await Box.DoAsync("add", "--json", "dq approvals request 'Publish?' && echo published"));
        await Sandbox.UntilAsync(async () => (await Box.DoAsync("approvals", "--json")).Out.Contains("Publish?", StringComparison.Ordinal), "the request");

        await Box.DoAsync("approve", id, "--by", "ann");
        await Box.DoAsync("wait", id);

        Assert.EndsWith("published\n", (await Box.DoAsync("log", id)).Out, StringComparison.Ordinal);
    }

    private Task<DqResult> ScriptAsync(string name, string[] arguments, string? input = null) =>
        Box.RunProgramAsync(Path.Combine(Folder, "scripts", name), arguments, input);

    private static string IdIn(DqResult added) => added.Json.GetProperty("id").GetRawText();
}
