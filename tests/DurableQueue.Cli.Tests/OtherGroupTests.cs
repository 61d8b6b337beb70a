using System.Text.Json;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>A worker that lives, but takes another group than the one that is asked about.</summary>
public sealed class OtherGroupTests : DqTest
{
    public override async Task InitializeAsync()
    {
        await Box.DoAsync("group", "add", "a");
        await Box.DoAsync("group", "add", "b");
    }

    [Fact]
    public async Task OnlyAnotherGroupHasAWorker_EverybodyWhoWaitsIsTold()
    {
        await Box.StartWorkerAsync("-g", "b");
        var id = await Box.AddAsync("-g", "a", "true");

        var run = await Box.RunAsync("run", "-g", "a", "true");
        Assert.Equal(125, run.ExitCode);
        Assert.Contains("group a; nothing was added", run.Err, StringComparison.Ordinal);
        Assert.Equal(3, (await Box.RunAsync("wait", $"{id}")).ExitCode);
        Assert.Equal(3, (await Box.RunAsync("wait", "-g", "a")).ExitCode);
        Assert.Equal(3, (await Box.RunAsync("follow", $"{id}")).ExitCode);
        var doctor = await Box.RunAsync("doctor");
        Assert.Equal(3, doctor.ExitCode);
        var report = JsonSchemas.Check("doctor", doctor);
        Assert.Contains("group a", Assert.Single(report.GetProperty("problems").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Equal(["b"], Assert.Single(report.GetProperty("workers").EnumerateArray()).GetProperty("groups").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(0, (await Box.RunAsync("run", "-g", "b", "true")).ExitCode);
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("cancel")]
    public async Task Stop_CommandWhoseWorkerIsGone_IsStoppedFromHere(string command)
    {
        var id = await StartAndKillWorkerAsync();
        await Box.StartWorkerAsync("-g", "b");

        await Box.DoAsync(command, $"{id}");

        // By the command itself, or by the worker of the other group if that came first.
        await Sandbox.UntilAsync(async () => Outcome(await Box.TaskAsync(id)) == "Killed", "the task ends as killed");
        await Sandbox.UntilAsync(() => !File.Exists($"/proc/{Pid()}/stat"), "the command is gone");
    }

    [Fact]
    public async Task Reset_CommandWhoseWorkerIsGone_StopsAndRemovesIt()
    {
        await StartAndKillWorkerAsync();

        await Box.DoAsync("reset", "-f", "-g", "a");

        await Sandbox.UntilAsync(() => !File.Exists($"/proc/{Pid()}/stat"), "the command is gone");
    }

    [Fact]
    public async Task Timeout_CommandWhoseWorkerIsGone_IsKeptByAWorkerOfAnotherGroup()
    {
        var id = await StartAndKillWorkerAsync("--timeout", "5s");

        await Box.StartWorkerAsync("-g", "b");

        await Sandbox.UntilAsync(async () => Outcome(await Box.TaskAsync(id)) == "TimedOut", "the task times out");
        await Sandbox.UntilAsync(() => !File.Exists($"/proc/{Pid()}/stat"), "the command is gone");
    }

    private static string? Outcome(JsonElement task) => task.GetProperty("outcome").GetString();

    private string Pid() => File.ReadAllText(Path.Combine(Box.Folder, "pid")).Trim();

    /// <summary>Leaves a running command of the group a without a worker.</summary>
    private async Task<long> StartAndKillWorkerAsync(params string[] settings)
    {
        var worker = await Box.StartWorkerAsync("-g", "a");
        var id = await Box.AddAsync(["-g", "a", .. settings, "echo $$ > pid.new; mv pid.new pid; sleep 1000"]);
        await Sandbox.UntilAsync(() => File.Exists(Path.Combine(Box.Folder, "pid")), "the command runs");
        worker.Kill();
        await worker.WaitForExitAsync();
        return id;
    }
}
