using System.Text.Json;
using System.Text.Json.Serialization;
using DurableQueue.Tests.Worker;
using Microsoft.Extensions.Options;
using Xunit;

namespace DurableQueue.Tests.Hosting;

public sealed partial class PayloadVersionTests
{
    [Fact]
    public async Task TaskType_NamesTheTaskInAProcessWithoutTheHandler()
    {
        await using var host = await TestHost.StartAsync(q => { });
        await using var withoutHost = await SqliteTaskQueue.OpenAsync(host.Path);

        var hosted = await host.GetAsync(await host.Queue.EnqueueAsync(new Mail("ada", "hi")));
        var bare = await host.GetAsync(await withoutHost.EnqueueAsync(
            new Mail("ada", "hi"), t => t with { Metadata = new Dictionary<string, string> { ["tenant"] = "acme" } }));

        Assert.Equal(("mail.send", "3"), (hosted.Type, hosted.Metadata[TaskTypeAttribute.VersionMetadataKey]));
        Assert.Equal(("mail.send", "3", "acme"), (bare.Type, bare.Metadata[TaskTypeAttribute.VersionMetadataKey], bare.Metadata["tenant"]));
    }

    [Fact]
    public async Task TaskType_NamesTheHandlersType()
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler<Mail, MailHandler>(AddUpgrades).AddWorker());

        Assert.Equal("ada/hi", await host.Queue.EnqueueAndWaitAsync<string>(new Mail("ada", "hi"), timeout: TestHost.Limit));
    }

    [Theory]
    [InlineData(null, """{"address":"ada"}""", "ada/none")]
    [InlineData("1", """{"address":"ada"}""", "ada/none")]
    [InlineData("2", """{"to":"ada"}""", "ada/none")]
    [InlineData("3", """{"to":"ada","subject":"hi"}""", "ada/hi")]
    public async Task OldPayload_IsUpgradedStepByStepBeforeTheHandlerSeesIt(string? version, string payload, string expected)
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler<Mail, MailHandler>(AddUpgrades).AddWorker());
        var metadata = version is null ? null : new Dictionary<string, string> { [TaskTypeAttribute.VersionMetadataKey] = version };

        var result = await host.Queue.EnqueueAndWaitAsync<string>(
            new NewTask("mail.send", TestHost.Json(payload)) { Metadata = metadata }, TestHost.Limit);

        Assert.Equal(expected, result);
    }

    [Fact]
    public async Task OldPayloadType_EnqueuedByName_IsStoredWithItsVersion()
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler<Mail, MailHandler>(AddUpgrades).AddWorker());

        Assert.Equal("ada/none", await host.Queue.EnqueueAndWaitAsync<string>("mail.send", new MailV2("ada"), timeout: TestHost.Limit));
    }

    [Theory]
    [InlineData("4")]
    [InlineData("x")]
    public async Task UnknownVersion_FailsTheAttempt_AndCanBeRetriedLater(string version)
    {
        await using var host = await TestHost.StartAsync(q => q.AddHandler<Mail, MailHandler>(AddUpgrades).AddWorker());
        var id = await host.Queue.EnqueueAsync(new NewTask("mail.send", "{}"u8.ToArray())
        {
            MaxAttempts = 2,
            Retry = RetryPolicy.Immediate,
            Metadata = new Dictionary<string, string> { [TaskTypeAttribute.VersionMetadataKey] = version },
        });

        var task = await host.FinishedAsync(id);

        Assert.Equal((TaskOutcome.Failed, 2), (task.Outcome, task.Attempt));
        Assert.Contains($"it has version {version}; the handler in this process reads version 3 and upgrades from 1, 2", task.LastError, StringComparison.Ordinal);
        await host.Queue.Control.RetryAsync(id);
        Assert.Equal(2, (await host.FinishedAsync(id)).Attempt);
    }

    [Fact]
    public async Task JsonContext_IsUsedOnBothSides_AndTypesItLacksFailAtTheStart()
    {
        await using (var host = await TestHost.StartAsync(q => q.UseJson(TestJson.Default).AddHandler<Mail, MailHandler>(AddUpgrades).AddWorker()))
        {
            Assert.Equal("ada/hi", await host.Queue.EnqueueAndWaitAsync<string>(new Mail("ada", "hi"), timeout: TestHost.Limit));
        }

        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => TestHost.StartAsync(q => q.UseJson(TestJson.Default).AddHandler("a", (Unknown u) => { }).AddHandler("b", (Mail m) => new Unknown(1))));
        Assert.Equal(2, error.Failures.Count());
        Assert.Contains("handler a: The payload", error.Message, StringComparison.Ordinal);
        Assert.Contains("handler b: The result", error.Message, StringComparison.Ordinal);
    }

    private static void AddUpgrades(HandlerOptions options) => options
        .UpgradeFrom(1, (MailV1 old) => new MailV2(old.Address))
        .UpgradeFrom(2, (MailV2 old) => new Mail(old.To, "none"));

    [TaskType("mail.send", Version = 3)]
    public sealed record Mail(string To, string Subject);

    public sealed record MailV1(string Address);

    public sealed record MailV2(string To);

    public sealed record Unknown(int Number);

    private sealed class MailHandler : ITaskHandler<Mail, string>
    {
        public Task<string> HandleAsync(Mail payload, TaskContext context, CancellationToken cancellationToken) =>
            Task.FromResult($"{payload.To}/{payload.Subject}");
    }

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(Mail))]
    [JsonSerializable(typeof(MailV1))]
    [JsonSerializable(typeof(MailV2))]
    private sealed partial class TestJson : JsonSerializerContext;
}
