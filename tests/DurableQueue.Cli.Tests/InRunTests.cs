using System.Diagnostics;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>What dq does inside a command for the attempt that it is part of: charging costs and asking for approvals.</summary>
public sealed class InRunTests : DqTest
{
    private const string UntilGo = "until [ -e go ]; do sleep 0.02; done";

    private Process worker = null!;

    public override async Task InitializeAsync() => worker = await Box.StartWorkerAsync();

    [Fact]
    public async Task Charge_WorkerKilledBetweenTwoCallsWithOneKey_CountsOnce()
    {
        var id = await Box.AddAsync(
            $"dq budget charge 0.25usd --key a --json; touch charged; {UntilGo}; dq budget charge 0.25 --key a --json; dq budget charge 2eur --meta model=large --meta via=x; dq budget charge 1");
        await Box.UntilFileAsync("charged");
        await ReplaceWorkerAsync(id);
        await Box.WriteAsync("go", "");
        await EndAsync(id, "Done");

        var said = (await Box.DoAsync("log", $"{id}")).Out.Split('\n').Where(line => line.StartsWith('{')).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement).ToList();
        Assert.All(said, line => JsonSchemas.Check("charge", line));
        Assert.Equal([true, false], said.Select(line => line.GetProperty("charged").GetBoolean()));
        await using var queue = await Box.OpenAsync();
        var charges = await queue.Budgets.GetChargesAsync(new TaskId(id));
        Assert.Equal(["0.25 usd", "1 usd", "2 eur"], charges.Select(charge => FormattableString.Invariant($"{charge.Cost.Amount} {charge.Cost.Unit}")).Order());
        Assert.Equal(new Dictionary<string, string> { ["model"] = "large", ["via"] = "x" }, charges.Single(charge => charge.Cost.Unit == "eur").Tags);
    }

    [Fact]
    public async Task ChargeAndRequest_OutsideOfACommand_AreRefused()
    {
        foreach (var arguments in new[] { new[] { "budget", "charge", "1usd" }, ["approvals", "request", "Deploy?"] })
        {
            var result = await Box.RunAsync(arguments);
            Assert.Equal((2, ""), (result.ExitCode, result.Out));
            Assert.Contains("inside a command", result.Err, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("much")]
    [InlineData("-1usd")]
    [InlineData("1", "--meta", "model")]
    [InlineData("1", "--meta", "a=1", "--meta", "a=2")]
    public async Task Charge_ThatCannotBeRead_IsBadInput(params string[] arguments) =>
        Assert.Equal(1, (await Box.RunAsync(["budget", "charge", .. arguments])).ExitCode);

    [Fact]
    public async Task Charge_ByAProcessThatOutlivedItsAttempt_IsRefusedAndNothingIsCharged()
    {
        var id = await Box.AddAsync($"setsid sh -c 'touch left; {UntilGo}; dq budget charge 1usd >late.txt 2>&1; echo $? >code.part; mv code.part code' >/dev/null 2>&1 & while [ ! -e left ]; do sleep 0.02; done");
        await EndAsync(id, "Done");

        await Box.WriteAsync("go", "");
        await Box.UntilFileAsync("code");

        Assert.Equal("2\n", await File.ReadAllTextAsync(Path.Combine(Box.Folder, "code")));
        Assert.Contains($"Attempt 1 of task {id} has ended", await File.ReadAllTextAsync(Path.Combine(Box.Folder, "late.txt")), StringComparison.Ordinal);
        await using var queue = await Box.OpenAsync();
        Assert.Empty(await queue.Budgets.GetChargesAsync(new TaskId(id)));
    }

    [Fact]
    public async Task Request_GroupWithOneSlotAndWorkerKilledMeanwhile_AnotherTaskRunsAndTheDecisionIsPrinted()
    {
        await Box.DoAsync("group", "add", "one", "--limit", "1");
        var asks = await Box.AddAsync("-g", "one", "dq approvals request 'Deploy?' --arguments '{\"to\":\"prod\"}' --approver ann --expires 2h; echo code $?");
        var request = await RequestOfAsync(asks);
        Assert.Equal(("Deploy?", """{"to":"prod"}""", "ann", true), (request.What, request.Arguments, request.Approvers?.Single(), request.ExpiresAt is not null));

        var other = await Box.AddAsync("-g", "one", "true");
        await EndAsync(other, "Done");
        await ReplaceWorkerAsync(asks);
        await EndAsync(await Box.AddAsync("-g", "one", "true"), "Done");
        Assert.Equal(2, (await Box.RunAsync("approve", "--request", $"{request.Id}", "--by", "bob")).ExitCode);
        await Box.DoAsync("approve", "--request", $"{request.Id}", "--by", "ann", "--note", "after \u001b[31mlunch");
        await EndAsync(asks, "Done");

        var log = (await Box.DoAsync("log", $"{asks}")).Out;
        Assert.Contains("approved by ann: after", log, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', log);
        Assert.EndsWith("code 0\n", log, StringComparison.Ordinal);
        await using var queue = await Box.OpenAsync();
        Assert.Equal(0, (await queue.Groups.GetAsync("one"))!.Running);
        Assert.Empty((await queue.Inspector.VerifyAsync()).Findings);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("--keep-slot", false)]
    [InlineData("", true)]
    public async Task Request_WaitsLongerThanTheTimeout_TheTimeoutDoesNotCountIt(string option, bool workerIsReplaced)
    {
        var asks = await Box.AddAsync("--timeout", "5s", $"dq approvals request Deploy {option}; echo code $?; sleep 600");
        var request = await RequestOfAsync(asks);
        await EndAsync(await Box.AddAsync("sleep 6"), "Done");
        if (workerIsReplaced)
        {
            await ReplaceWorkerAsync(asks);
            await EndAsync(await Box.AddAsync("sleep 1"), "Done");
        }

        await Box.DoAsync("approve", "--request", $"{request.Id}", "--by", "ann");
        await EndAsync(asks, "Failed");

        Assert.Contains("code 0", (await Box.DoAsync("log", $"{asks}")).Out, StringComparison.Ordinal);
        Assert.Equal("TimedOut", (await Box.TaskAsync(asks)).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Request_RejectedOrExpired_EndsWith5()
    {
        var rejected = await Box.AddAsync("dq approvals request Deploy; echo code $?");
        var expired = await Box.AddAsync("dq approvals request Deploy --expires 200ms --json; echo code $?");
        await Box.DoAsync("reject", "--request", $"{(await RequestOfAsync(rejected)).Id}", "--by", "ann", "--reason", "not today");
        await EndAsync(rejected, "Done");
        await EndAsync(expired, "Done");

        Assert.EndsWith("rejected by ann: not today\ncode 5\n", (await Box.DoAsync("log", $"{rejected}")).Out, StringComparison.Ordinal);
        var log = (await Box.DoAsync("log", $"{expired}")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("code 5", log[^1]);
        var json = System.Text.Json.JsonDocument.Parse(log[^2]).RootElement;
        JsonSchemas.Check("approval", json);
        Assert.Equal("Expired", json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Request_NoWaitThenKilledThenAgain_IsOneRequestPerKey()
    {
        var id = await Box.AddAsync(
            $"dq approvals request Deploy --key k --no-wait 2>/dev/null; dq approvals request Deploy --key k & p=$!; {UntilGo}; kill -9 $p; wait $p; "
            + "dq approvals request Deploy --key k; echo code $?; dq approvals request Deploy --key other --no-wait 2>/dev/null; dq approvals request Deploy --key other --timeout 50ms; echo code $?");
        var request = await RequestOfAsync(id);
        await using var queue = await Box.OpenAsync();
        await Sandbox.UntilAsync(async () => (await queue.Inspector.GetAsync(new TaskId(id)))!.Waiting, "the task to wait");
        await Box.DoAsync("approve", "--request", $"{request.Id}", "--by", "ann");
        await Box.WriteAsync("go", "");
        await EndAsync(id, "Done");

        var log = (await Box.DoAsync("log", $"{id}")).Out;
        Assert.StartsWith($"{request.Id}\n", log, StringComparison.Ordinal);
        Assert.Contains("approved by ann\ncode 0\n", log, StringComparison.Ordinal);
        Assert.EndsWith("code 6\n", log, StringComparison.Ordinal);
        var trail = (await JsonAsync("approvals", "approvals", "--all", "--task", $"{id}", "--json")).GetProperty("approvals").EnumerateArray().ToList();
        Assert.Equal([("k", "Approved"), ("other", "Withdrawn")], trail.Select(each => (each.GetProperty("key").GetString()!, each.GetProperty("status").GetString()!)));
        Assert.Empty((await queue.Inspector.VerifyAsync()).Findings);
    }

    private async Task ReplaceWorkerAsync(long id)
    {
        await using var queue = await Box.OpenAsync();
        var before = (await queue.Inspector.GetAsync(new TaskId(id)))!.Worker;
        worker.Kill();
        await worker.WaitForExitAsync();
        worker = await Box.StartWorkerAsync();
        await Sandbox.UntilAsync(async () => (await queue.Inspector.GetAsync(new TaskId(id)))!.Worker != before, "the next worker to take the command over");
    }

    private async Task<ApprovalInfo> RequestOfAsync(long id)
    {
        await using var queue = await Box.OpenAsync();
        ApprovalInfo? found = null;
        await Sandbox.UntilAsync(async () => (found = (await queue.Approvals.ListPendingAsync()).FirstOrDefault(request => request.TaskId.Value == id)) is not null, "the request");
        return found!;
    }

    private async Task EndAsync(long id, string state)
    {
        await Box.RunAsync("wait", $"{id}", "--timeout", "60s");
        Assert.Equal(state, (await Box.TaskAsync(id)).GetProperty("state").GetString());
    }
}
