using System.Diagnostics;
using DurableQueue.Testing;
using Microsoft.Data.Sqlite;
using Xunit;
using Names = DurableQueue.DurableQueueTelemetry;

namespace DurableQueue.Tests.Worker;

[Collection(SpanTests.Name)]
public sealed class TraceTests
{
    private readonly string group = $"g-{Guid.NewGuid():N}";

    [Fact]
    public async Task Handler_TaskEnqueuedInsideAnActivity_RunsInItsTrace()
    {
        using var spans = new CollectedSpans();
        Activity? inside = null;
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler<int>("t", (_, _, _) => Task.FromResult(inside = Activity.Current))
            .AddWorker());
        using var request = new Activity("request").Start();
        request.TraceStateString = "vendor=1";
        var id = await host.Queue.EnqueueAsync(new NewTask("t", TestHost.Json("1")) { Group = group });
        request.Stop();
        await host.FinishedAsync(id);
        await host.StopAsync();

        var sent = spans.Single($"enqueue {group}");
        var processed = spans.Single($"process {group}");
        Assert.Equal(request.SpanId, sent.ParentSpanId);
        Assert.Equal(request.TraceId, processed.TraceId);
        Assert.Equal(sent.SpanId, processed.ParentSpanId);
        Assert.Equal("vendor=1", processed.TraceStateString);
        Assert.Equal(processed.SpanId, inside?.SpanId);
        Assert.Equal((ActivityKind.Producer, ActivityKind.Consumer), (sent.Kind, processed.Kind));
        Assert.Empty(processed.Links);
    }

    [Fact]
    public async Task Spans_OfOneTask_CarryTheMessagingAttributes()
    {
        using var spans = new CollectedSpans();
        await using var host = await TestHost.StartAsync(q => q.AddHandler<int>("t", (_, _, _) => Task.CompletedTask).AddWorker());
        var id = await host.Queue.EnqueueAsync(new NewTask("t", TestHost.Json("1")) { Group = group, Label = "secret" });
        await host.FinishedAsync(id);
        await host.StopAsync();

        Dictionary<string, object?> expected = new()
        {
            ["messaging.system"] = "durablequeue",
            ["messaging.operation.name"] = "enqueue",
            ["messaging.operation.type"] = "send",
            ["messaging.destination.name"] = group,
            ["messaging.message.id"] = id.ToString(),
            [Names.TypeTag] = "t",
        };
        Assert.Equal(expected, Tags(spans.Single($"enqueue {group}")));
        expected["messaging.operation.name"] = expected["messaging.operation.type"] = "process";
        expected[Names.AttemptAttribute] = 1;
        expected[Names.OutcomeTag] = "succeeded";
        Assert.Equal(expected, Tags(spans.Single($"process {group}")));
    }

    [Fact]
    public async Task Handler_SecondAttempt_HasATraceOfItsOwnThatLinksToTheProducer()
    {
        using var spans = new CollectedSpans();
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler<int>("t", (_, context, _) => context.Attempt == 1 ? throw new InvalidTimeZoneException("secret") : Task.CompletedTask)
            .AddWorker());
        var id = await host.Queue.EnqueueAsync(new NewTask("t", TestHost.Json("1")) { Group = group, Retry = RetryPolicy.Immediate });
        await host.FinishedAsync(id);
        await host.StopAsync();

        var sent = spans.Single($"enqueue {group}");
        var attempts = spans.Stopped.Where(span => span.DisplayName == $"process {group}").ToArray();
        Assert.Equal(2, attempts.Length);
        Assert.Equal(sent.TraceId, attempts[0].TraceId);
        Assert.Equal(ActivityStatusCode.Error, attempts[0].Status);
        Assert.Equal(typeof(InvalidTimeZoneException).FullName, attempts[0].GetTagItem(Names.ErrorTypeTag));
        Assert.DoesNotContain("secret", string.Join(' ', attempts[0].TagObjects) + attempts[0].StatusDescription, StringComparison.Ordinal);
        Assert.NotEqual(sent.TraceId, attempts[1].TraceId);
        Assert.Equal(default, attempts[1].ParentSpanId);
        Assert.Equal(sent.SpanId, Assert.Single(attempts[1].Links).Context.SpanId);
    }

    [Fact]
    public async Task Enqueue_List_IsOneSpanWhoseContextAllTasksCarry()
    {
        using var spans = new CollectedSpans();
        await using var host = await TestHost.StartAsync(_ => { });
        await host.Queue.EnqueueAsync([new NewTask("t") { Group = group }, new NewTask("u") { Group = group }]);
        var tasks = await host.Queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }, 2);

        var sent = spans.Single($"enqueue {group}");
        Assert.Equal(2, sent.GetTagItem("messaging.batch.message_count"));
        Assert.Equal([sent.Id, sent.Id], tasks.Select(task => task.TraceParent));
    }

    [Fact]
    public async Task Enqueue_Refused_EndsTheSpanWithTheError()
    {
        using var spans = new CollectedSpans();
        await using var host = await TestHost.StartAsync(_ => { });
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => host.Queue.EnqueueAsync(new NewTask("t") { Group = group, MaxAttempts = 0 }).AsTask());

        var sent = spans.Single($"enqueue {group}");
        Assert.Equal(ActivityStatusCode.Error, sent.Status);
        Assert.Equal(typeof(ArgumentOutOfRangeException).FullName, sent.GetTagItem(Names.ErrorTypeTag));
    }

    [Fact]
    public async Task Handler_TaskEnqueuedInATransactionOfTheApplication_RunsInTheTraceOfTheProducer()
    {
        using var spans = new CollectedSpans();
        await using var kit = await QueueTestKit.StartAsync(q => q.AddHandler<int>("t", (_, _, _) => Task.CompletedTask));
        await using var application = new SqliteConnection($"Data Source={kit.FilePath};Pooling=False");
        application.Open();
        using var request = new Activity("request").Start();
        request.TraceStateString = "vendor=1";
        TaskId id;
        using (var transaction = application.BeginTransaction())
        {
            id = await kit.Queue.EnqueueAsync("t", 1, transaction, t => t with { Group = group });
            transaction.Commit();
        }

        request.Stop();
        Assert.Equal(1, await kit.DrainAsync());

        var sent = spans.Single($"enqueue {group}");
        var processed = spans.Single($"process {group}");
        Assert.Equal((request.SpanId, ActivityKind.Producer), (sent.ParentSpanId, sent.Kind));
        Assert.Equal((id.ToString(), "t"), ((string?)sent.GetTagItem("messaging.message.id"), (string?)sent.GetTagItem(Names.TypeTag)));
        Assert.Equal((request.TraceId, sent.SpanId), (processed.TraceId, processed.ParentSpanId));
        Assert.Equal("vendor=1", processed.TraceStateString);
    }

    [Fact]
    public async Task Enqueue_ListInATransactionOfTheApplication_IsOneSpan_AndARefusalEndsItWithTheError()
    {
        using var spans = new CollectedSpans();
        await using var kit = await QueueTestKit.StartAsync(_ => { });
        await using var application = new SqliteConnection($"Data Source={kit.FilePath};Pooling=False");
        application.Open();
        using (var transaction = application.BeginTransaction())
        {
            await kit.Queue.EnqueueAsync([new NewTask("t") { Group = group }, new NewTask("u") { Group = group }], transaction);
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
                async () => await kit.Queue.EnqueueAsync(new NewTask("t") { Group = group, MaxAttempts = 0 }, transaction));
            transaction.Commit();
        }

        var tasks = await kit.Queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }, 2);
        var sent = spans.Stopped.Where(span => span.DisplayName == $"enqueue {group}").ToArray();
        Assert.Equal(2, sent.Length);
        Assert.Equal(2, sent[0].GetTagItem("messaging.batch.message_count"));
        Assert.Equal([sent[0].Id, sent[0].Id], tasks.Select(task => task.TraceParent));
        Assert.Equal(
            (ActivityStatusCode.Error, typeof(ArgumentOutOfRangeException).FullName), (sent[1].Status, (string?)sent[1].GetTagItem(Names.ErrorTypeTag)));
    }

    [Fact]
    public async Task Enqueue_NobodyListensInATransactionOfTheApplication_TheCurrentContextTravels()
    {
        await using var kit = await QueueTestKit.StartAsync(_ => { });
        await using var application = new SqliteConnection($"Data Source={kit.FilePath};Pooling=False");
        application.Open();
        using var request = new Activity("request").Start();
        using (var transaction = application.BeginTransaction())
        {
            await kit.Queue.EnqueueAsync(new NewTask("t"), transaction);
            transaction.Commit();
        }

        request.Stop();

        Assert.Equal(request.Id, (await kit.Queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }))?.TraceParent);
    }

    [Fact]
    public async Task Enqueue_NobodyListensButAnActivityIsCurrent_ItsContextTravels()
    {
        await using var host = await TestHost.StartAsync(_ => { });
        using var request = new Activity("request").Start();
        await host.Queue.EnqueueAsync(new NewTask("t"));
        request.Stop();
        var task = await host.Queue.CheckoutAsync(new CheckoutRequest { Worker = "w" });

        Assert.Equal(request.Id, task?.TraceParent);
    }

    [Fact]
    public async Task Enqueue_NoActivity_StoresNoContext()
    {
        await using var host = await TestHost.StartAsync(_ => { });
        Activity.Current = null;
        await host.Queue.EnqueueAsync(new NewTask("t"));
        var task = await host.Queue.CheckoutAsync(new CheckoutRequest { Worker = "w" });

        Assert.Null(task?.TraceParent);
        Assert.Null(task?.TraceState);
    }

    [Fact]
    public async Task Worker_StartedInsideAnActivity_KeepsItOutOfTheTraces()
    {
        using var spans = new CollectedSpans();
        using var start = new Activity("start").Start();
        await using var host = await TestHost.StartAsync(q => q.AddHandler<int>("t", (_, _, _) => Task.CompletedTask).AddWorker());
        start.Stop();
        Activity.Current = null;
        var id = await host.Queue.EnqueueAsync(new NewTask("t", TestHost.Json("1")) { Group = group, Retry = RetryPolicy.Immediate });
        await host.FinishedAsync(id);
        await host.StopAsync();

        Assert.NotEqual(start.TraceId, spans.Single($"process {group}").TraceId);
    }

    private static Dictionary<string, object?> Tags(Activity span) => span.TagObjects.ToDictionary(tag => tag.Key, tag => tag.Value);
}
