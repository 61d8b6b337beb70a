using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Endpoints;

/// <summary>A mistake is answered with the field that has it, and changes nothing.</summary>
public sealed class BadInputTests
{
    public static TheoryData<string, string, string?> Bodies => new()
    {
        { "tasks", "", null },
        { "tasks", "[]", null },
        { "tasks", "null", null },
        { "tasks", "{\"type\":", null },
        { "tasks", """{}""", "type" },
        { "tasks", """{"type":""}""", "type" },
        { "tasks", """{"type":"a b"}""", "type" },
        { "tasks", """{"type":1}""", "type" },
        { "tasks", """{"typ":"mail"}""", "typ" },
        { "tasks", """{"type":"mail","payloadText":"{\"a\":"}""", "payloadText" },
        { "tasks", """{"type":"mail","payload":1,"payloadText":"1"}""", "payloadText" },
        { "tasks", """{"type":"mail","group":"a b"}""", "group" },
        { "tasks", """{"type":"mail","priority":"high"}""", "priority" },
        { "tasks", """{"type":"mail","priority":99999999999}""", "priority" },
        { "tasks", """{"type":"mail","delayMs":-1}""", "delayMs" },
        { "tasks", """{"type":"mail","delayMs":9223372036854775807}""", "delayMs" },
        { "tasks", """{"type":"mail","notBefore":"tomorrow-ish"}""", "notBefore" },
        { "tasks", """{"type":"mail","timeoutMs":0}""", "timeoutMs" },
        { "tasks", """{"type":"mail","maxAttempts":0}""", "maxAttempts" },
        { "tasks", """{"type":"mail","after":[99]}""", "after" },
        { "tasks", """{"type":"mail","label":"a\u0000b"}""", "label" },
        { "tasks", """{"type":"mail","metadata":{"":"x"}}""", "metadata" },
        { "tasks", """{"type":"mail","estimate":{}}""", "estimate.amount" },
        { "tasks", """{"type":"mail","estimate":{"amount":-1}}""", "estimate" },
        { "tasks", """{"type":"mail","directory":"/tmp"}""", "directory" },
        { "tasks/1/edit", """{"group":"a b"}""", "group" },
        { "tasks/1/edit", """{"payloadText":"nope"}""", "payloadText" },
        { "tasks/1/edit", """{"command":"echo"}""", "command" },
        { "tasks/1/edit", """{"notBefore":"never"}""", "notBefore" },
        { "tasks/1/cancel", """{"treee":true}""", "treee" },
        { "tasks/what/cancel", """{}""", "id" },
        { "bulk", """{"q":"status=what","action":"cancel"}""", "q" },
        { "bulk", """{"q":"order by id","action":"cancel"}""", "q" },
        { "bulk", """{"action":"explode"}""", "action" },
        { "bulk", """{"q":""}""", "action" },
        { "bulk", """{"action":"cancel","cursor":"x"}""", "cursor" },
        { "groups/a%20b", """{}""", "name" },
        { "groups/ml", """{"parallelism":-1}""", "parallelism" },
        { "schedules", """{"name":"n","cron":"* * *","task":{"type":"mail"}}""", "cron" },
        { "schedules", """{"name":"n","task":{"type":"mail"}}""", "cron" },
        { "schedules", """{"name":"a b","cron":"@daily","task":{"type":"mail"}}""", "name" },
        { "schedules", """{"name":"n","cron":"@daily","timeZone":"Mars","task":{"type":"mail"}}""", "timeZone" },
        { "schedules", """{"name":"n","cron":"@daily","task":{"type":""}}""", "type" },
        { "schedules", """{"name":"n","cron":"@daily","missed":"maybe","task":{"type":"mail"}}""", "missed" },
        { "schedules/preview", """{"cron":"61 * * * *"}""", "cron" },
        { "schedules/preview", """{"cron":"@daily","count":0}""", "count" },
        { "budgets", """{"target":{"scope":"moon"},"rate":{"starts":1,"windowMs":1000}}""", "scope" },
        { "budgets", """{"target":{"scope":"group","name":"ml"}}""", "rate" },
        { "budgets", """{"target":{"scope":"metadata"},"rate":{"starts":1,"windowMs":1000}}""", "key" },
        { "budgets", """{"target":{"scope":"group"},"cost":{"amount":1,"period":"rolling"}}""", "windowMs" },
    };

    public static TheoryData<string, string> Addresses => new()
    {
        { "tasks?q=status%3Dwhat", "q" },
        { "tasks?limit=0", "limit" },
        { "tasks?limit=many", "limit" },
        { "tasks?order=sideways", "order" },
        { "tasks?cursor=!", "cursor" },
        { "tasks?cursor=1.%25", "cursor" },
        { "board?q=order+by+id", "q" },
        { "approvals?state=perhaps", "state" },
        { "approvals?cursor=x", "cursor" },
        { "usage?days=0", "days" },
        { "usage?timeZone=Mars", "timeZone" },
        { "tasks/what", "id" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Body_WithAMistake_NamesTheField(string path, string body, string? field)
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        await host.Queue.EnqueueAsync(new NewTask("mail"));
        var before = await host.Queue.Inspector.GetAsync(new TaskId(1));

        using var answer = await client.PostAsync($"api/default/{path}", new StringContent(body, Encoding.UTF8, "application/json"));

        await CheckAsync(answer, field);
        Assert.Equal(1, (await host.Queue.Inspector.CountAsync()).Total.Total);
        Assert.Equal(before!.ToString(), (await host.Queue.Inspector.GetAsync(new TaskId(1)))!.ToString());
        Assert.Empty(await host.Queue.Schedules.ListAsync());
        Assert.Empty(await host.Queue.Budgets.ListAsync());
    }

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Address_WithAMistake_NamesTheParameter(string path, string field)
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();

        using var answer = await client.GetAsync($"api/default/{path}");

        await CheckAsync(answer, field);
    }

    [Fact]
    public async Task Query_WithAMistake_NamesTheColumn()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();

        using var answer = await client.GetAsync($"api/default/tasks?q={Uri.EscapeDataString("group=ml and status=what")}");

        Assert.Equal(21, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("column").GetInt32());
    }

    [Fact]
    public async Task Body_LongerThanAMegabyte_IsRefused()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();

        using var answer = await client.PostAsJsonAsync("api/default/tasks", new { type = "mail", payload = new string('a', 1024 * 1024) });

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal(0, (await host.Queue.Inspector.CountAsync()).Total.Total);
    }

    private static async Task CheckAsync(HttpResponseMessage answer, string? field)
    {
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(HttpStatusCode.BadRequest == answer.StatusCode, problem.ToString());
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.True(field is null ? !problem.TryGetProperty("field", out _) : problem.TryGetProperty("field", out var found) && found.GetString() == field, problem.ToString());
        Assert.DoesNotContain("DurableQueue.", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
