using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Endpoints;

public sealed class WorkerTests
{
    [Fact]
    public async Task Types_HandledHereAndStored_SayWhoTakesThem()
    {
        await using var host = await TestDashboard.StartAsync(configureQueue: queue => queue
            .AddHandler("mail", (_, _) => Task.CompletedTask, handler => handler.Description = "Sends a letter."));
        using var client = host.CreateClient();
        await host.Queue.EnqueueAsync([new NewTask("other"), new NewTask("other"), NewTask.Auto(), new NewTask("command", "{}"u8.ToArray())]);
        var lease = (await host.Queue.CheckoutAsync(new CheckoutRequest { Worker = "elsewhere", Types = ["other"] }, 1)).Single();

        var workers = await client.GetFromJsonAsync<JsonElement>("api/default/workers");

        Assert.Equal([lease.Id.Value], Assert.Single(workers.GetProperty("workers").EnumerateArray()).GetProperty("running").EnumerateArray().Select(id => id.GetInt64()));
        Assert.Equal(
            ["auto  False 0 1", "command  False 0 1", "mail Sends a letter. True 0 0", "other  False 1 1"],
            workers.GetProperty("types").EnumerateArray().Select(type =>
                $"{type.GetProperty("name")} {Description(type)} {type.GetProperty("handledHere")} {type.GetProperty("liveWorkers")} {type.GetProperty("queued")}"));

        var types = await client.GetFromJsonAsync<JsonElement>("api/default/types");
        Assert.Equal(["mail Sends a letter.", "other "], types.GetProperty("types").EnumerateArray().Select(type => $"{type.GetProperty("name")} {Description(type)}"));
        Assert.True(types.GetProperty("auto").GetBoolean());
    }

    [Fact]
    public async Task Types_OfAnEmptyQueue_AreThoseThatAreHandledHere()
    {
        await using var host = await TestDashboard.StartAsync(configureQueue: queue => queue.AddHandler("mail", (_, _) => Task.CompletedTask));
        using var client = host.CreateClient();

        var types = await client.GetFromJsonAsync<JsonElement>("api/default/types");

        Assert.Equal("mail", Assert.Single(types.GetProperty("types").EnumerateArray()).GetProperty("name").GetString());
        Assert.False(types.GetProperty("auto").GetBoolean());
    }

    private static string? Description(JsonElement type) => type.TryGetProperty("description", out var text) ? text.GetString() : null;
}
