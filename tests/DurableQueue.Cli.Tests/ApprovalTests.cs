using System.Text.Json;
using Xunit;

namespace DurableQueue.Cli.Tests;

public sealed class ApprovalTests : DqTest
{
    [Fact]
    public async Task Approvals_BeforeARun_ShowTheCommandAndNotItsEnvironment()
    {
        var id = await Box.AddAsync("--approval", "-e", "SECRET=s3cr3t", "--", "deploy", "now");

        Assert.Contains("deploy now", (await Box.DoAsync("approvals")).Out, StringComparison.Ordinal);
        await Box.DoAsync("approve", $"{id}", "--by", "ann", "--note", "looked at it");

        Assert.Empty((await JsonAsync("approvals", "approvals", "--json")).GetProperty("approvals").EnumerateArray());
        var trail = await Box.DoAsync("approvals", "--all", "--json");
        JsonSchemas.Check("approvals", trail);
        Assert.DoesNotContain("s3cr3t", trail.Out, StringComparison.Ordinal);
        var record = trail.Json.GetProperty("approvals")[0];
        Assert.Equal(("Approved", "ann", "looked at it", "deploy now"), (
            record.GetProperty("status").GetString(), record.GetProperty("decided_by").GetString(), record.GetProperty("note").GetString(), record.GetProperty("command").GetString()));
        Assert.Contains("s3cr3t", (await Box.DoAsync("approvals", "--all", "--json", "--show-env")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Approve_InARun_ByTaskIfOneIsPending_ElseByRequest()
    {
        await using var queue = await Box.OpenAsync();
        var id = await queue.EnqueueAsync(new NewTask("agent", default));
        var task = (await queue.CheckoutAsync(new CheckoutRequest { Worker = "test", LeaseDuration = TimeSpan.FromMinutes(10) }))!;
        var first = (await queue.Approvals.RequestAsync(task.Lease, "Bash", """{"run":"ls"}"""))!.Id;
        var second = (await queue.Approvals.RequestAsync(task.Lease, "Bash", """{"run":"rm"}"""))!.Id;

        var refused = await Box.RunAsync("approve", $"{id}");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains($"{first}, {second}", refused.Err, StringComparison.Ordinal);
        var decided = await JsonAsync("actions", "reject", "--request", $"{second}", "--reason", "no", "--json");
        Assert.Equal(second.Value, decided.GetProperty("results")[0].GetProperty("request").GetInt64());
        await Box.DoAsync("approve", $"{id}");

        Assert.Equal(ApprovalStatus.Approved, (await queue.Approvals.GetAsync(first))!.Status);
        Assert.Equal(ApprovalStatus.Rejected, (await queue.Approvals.GetAsync(second))!.Status);
        var lines = (await Box.DoAsync("approvals", "export")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => JsonSchemas.Check("approval", JsonDocument.Parse(line).RootElement));
        Assert.Single((await Box.DoAsync("approvals", "export", "--after", $"{first}")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, (await Box.RunAsync("approve", "--request", $"{second}")).ExitCode);
        Assert.Equal(2, (await Box.RunAsync("approve", "--request", "999")).ExitCode);
        Assert.Equal(1, (await Box.RunAsync("approve")).ExitCode);
    }

    [Fact]
    public async Task Gate_SetListRemove_HoldsWhatIsAddedMeanwhile()
    {
        await JsonAsync("actions", "gate", "set", "prod", "-g", "production/*", "--approver", "ann", "--expires", "2h", "--json");
        var gate = (await JsonAsync("gates", "gate", "list", "--json")).GetProperty("gates")[0];
        Assert.Equal(("production/*", "ann", 7200), (
            gate.GetProperty("group").GetString(), gate.GetProperty("approvers")[0].GetString(), gate.GetProperty("expires_after_seconds").GetInt32()));

        var held = await Box.AddAsync("-g", "production/web", "true");
        Assert.Equal("Approval", (await Box.TaskAsync(held)).GetProperty("holds")[0].GetString());
        Assert.Equal(2, (await Box.RunAsync("approve", $"{held}", "--by", "bob")).ExitCode);
        await Box.DoAsync("approve", $"{held}", "--by", "ann");

        await Box.DoAsync("gate", "remove", "prod");
        Assert.Equal(2, (await Box.RunAsync("gate", "remove", "prod")).ExitCode);
        Assert.Equal(1, (await Box.RunAsync("gate", "set", "empty")).ExitCode);
    }
}
