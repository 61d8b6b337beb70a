using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Endpoints;

public sealed class BulkTests
{
    [Fact]
    public async Task Query_DryRunThenRun_ChangesWhatItSaid()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        await host.Queue.EnqueueAsync([.. Enumerable.Range(0, 1_200).Select(number => new NewTask("mail") { Group = number % 2 == 0 ? "even" : "odd" })]);
        await host.Queue.CheckoutAsync(new CheckoutRequest { Worker = "me", Groups = ["even"] }, 1);
        var cancelled = await host.Queue.EnqueueAsync(new NewTask("mail") { Group = "even" });
        await host.Queue.Control.CancelAsync(cancelled);

        var plan = await AllPartsAsync(client, "group=even", dryRun: true);

        Assert.Equal((601, 600, 1, 599, 1), (plan.Matched, plan.Changed, plan.Skipped, plan.ByState["queued"], plan.ByState["checkedOut"]));
        Assert.Equal(1_199, (await host.Queue.Inspector.CountAsync()).Total.Queued);

        var run = await AllPartsAsync(client, "group=even", dryRun: false);

        Assert.Equal((601, 600, 1), (run.Matched, run.Changed, run.Skipped));
        var counts = (await host.Queue.Inspector.CountAsync())["even"];
        Assert.Equal((0, 1, 600), (counts.Queued, counts.CheckedOut, counts.Cancelled));
        Assert.Equal(600, (await host.Queue.Inspector.CountAsync())["odd"].Queued);
    }

    [Fact]
    public async Task Ids_OnlyThose()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        await host.Queue.EnqueueAsync([.. Enumerable.Range(0, 5).Select(_ => new NewTask("mail"))]);

        using var answer = await client.PostAsJsonAsync("api/default/bulk", new { q = "", ids = new[] { 2, 4, 4, 99 }, action = "stash", dryRun = false });

        Assert.Equal(2, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("changed").GetInt32());
        var stashed = await host.Queue.Inspector.QueryAsync(new TaskQuery { Holds = TaskHolds.Stashed });
        Assert.Equal([2, 4], stashed.Tasks.Select(task => task.Id.Value));
    }

    [Fact]
    public async Task Action_WithoutItsOwnPermission_IsForbidden()
    {
        await using var host = await TestDashboard.StartWithUsersAsync();
        using var client = host.CreateClient();
        TestUsers.SignIn(client, "ada", DashboardPermission.View, DashboardPermission.Bulk, DashboardPermission.Control);

        using var remove = await client.PostAsJsonAsync("api/default/bulk", new { q = "", action = "remove", dryRun = true });
        using var cancel = await client.PostAsJsonAsync("api/default/bulk", new { q = "", action = "cancel", dryRun = true });
        using var search = await client.PostAsJsonAsync("api/default/bulk", new { q = "command~secret", action = "cancel", dryRun = true });

        Assert.Equal([HttpStatusCode.Forbidden, HttpStatusCode.OK, HttpStatusCode.Forbidden], [remove.StatusCode, cancel.StatusCode, search.StatusCode]);
    }

    private static async Task<(int Matched, int Changed, int Skipped, Dictionary<string, int> ByState)> AllPartsAsync(HttpClient client, string query, bool dryRun)
    {
        var (matched, changed, skipped) = (0, 0, 0);
        var states = new Dictionary<string, int>();
        string? cursor = null;
        while (true)
        {
            using var answer = await client.PostAsJsonAsync("api/default/bulk", new { q = query, action = "cancel", dryRun, cursor, arguments = new { reason = "over" } });
            var part = await answer.Content.ReadFromJsonAsync<JsonElement>();
            matched += part.GetProperty("matched").GetInt32();
            changed += part.GetProperty("changed").GetInt32();
            skipped += part.GetProperty("skipped").EnumerateArray().Sum(reason => reason.GetProperty("count").GetInt32());
            foreach (var state in part.GetProperty("byState").EnumerateObject())
            {
                states[state.Name] = states.GetValueOrDefault(state.Name) + state.Value.GetInt32();
            }

            if (part.GetProperty("complete").GetBoolean())
            {
                return (matched, changed, skipped, states);
            }

            cursor = part.GetProperty("cursor").GetString();
        }
    }
}
