using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Endpoints;

public sealed class GraphTests
{
    [Fact]
    public async Task Graph_FromAnyOfItsTasks_IsTheSame()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        await host.Queue.EnqueueAsync(
        [
            new NewTask("a"),
            new NewTask("b") { After = [TaskDependency.OnItem(0)] },
            new NewTask("c") { After = [TaskDependency.OnItem(0, DependencyCondition.Failed)] },
            new NewTask("d") { After = [TaskDependency.OnItem(1), TaskDependency.OnItem(2)] },
            new NewTask("other"),
        ]);

        foreach (var id in new[] { 1, 3, 4 })
        {
            var graph = await client.GetFromJsonAsync<JsonElement>($"api/default/tasks/{id}/graph");
            Assert.Equal([1, 2, 3, 4], graph.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("id").GetInt64()));
            Assert.Equal(
                ["1-2 succeeded", "1-3 failed", "2-4 succeeded", "3-4 succeeded"],
                graph.GetProperty("edges").EnumerateArray().Select(edge => $"{edge.GetProperty("from")}-{edge.GetProperty("to")} {edge.GetProperty("condition")}").Order());
            Assert.Equal([0, 1, 1, 2], graph.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("layer").GetInt32()));
            Assert.Equal(3, graph.GetProperty("nodes").EnumerateArray().Count(node => node.GetProperty("critical").GetBoolean()));
            Assert.False(graph.GetProperty("collapsed").GetBoolean());
        }

        using var missing = await client.GetAsync("api/default/tasks/99/graph");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task Graph_OfMoreThan500_IsCollapsedByLayer()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        var root = await host.Queue.EnqueueAsync(new NewTask("root"));
        await host.Queue.EnqueueAsync([.. Enumerable.Range(0, 600).Select(_ => new NewTask("leaf") { After = [root] })]);

        var graph = await client.GetFromJsonAsync<JsonElement>("api/default/tasks/300/graph");

        Assert.True(graph.GetProperty("collapsed").GetBoolean());
        Assert.Equal([1, 600], graph.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("count").GetInt32()));
    }
}
