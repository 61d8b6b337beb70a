using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using DurableQueue.Tests.Worker;
using Xunit;

namespace DurableQueue.Tests;

/// <summary>Ids are numbers and states are words in JSON, whoever writes it: also a source-generated context, without reflection.</summary>
public sealed partial class JsonOfInfoTests
{
    private static readonly JsonSerializerOptions Plain = new();

    [Fact]
    public void Ids_InJson_AreNumbersAndKeys()
    {
        var value = new Ids(new TaskId(42), null, [new TaskId(1), new TaskId(2)], new() { [new TaskId(7)] = new ApprovalId(8) });

        var json = JsonSerializer.Serialize(value, JsonSerializerOptions.Web);

        Assert.Equal("""{"id":42,"parent":null,"all":[1,2],"byTask":{"7":8}}""", json);
        Assert.Equal(json, JsonSerializer.Serialize(value, Context.Default.Ids));
        foreach (var read in new[] { JsonSerializer.Deserialize<Ids>(json, JsonSerializerOptions.Web)!, JsonSerializer.Deserialize(json, Context.Default.Ids)! })
        {
            Assert.Equal((value.Id, value.Parent), (read.Id, read.Parent));
            Assert.Equal(value.All, read.All);
            Assert.Equal(value.ByTask, read.ByTask);
        }
    }

    [Theory]
    [InlineData("42", true)]
    [InlineData("""{"Value":42}""", true)]
    [InlineData("""{"other":{"value":1},"value":42}""", true)]
    [InlineData("\"42\"", false)]
    [InlineData("4.5", false)]
    [InlineData("null", false)]
    [InlineData("{}", false)]
    [InlineData("[42]", false)]
    [InlineData("99999999999999999999", false)]
    public void Ids_FromJson_AreReadAsTheFirstVersionWroteThemToo(string json, bool isRead)
    {
        if (isRead)
        {
            Assert.Equal(new TaskId(42), JsonSerializer.Deserialize<TaskId>(json, Plain));
            Assert.Equal(new ApprovalId(42), JsonSerializer.Deserialize<ApprovalId>(json, Plain));
        }
        else
        {
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<TaskId>(json, Plain));
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ApprovalId>(json, Plain));
        }
    }

    [Fact]
    public void Ids_NumbersAsText_FollowTheOptions()
    {
        var text = new JsonSerializerOptions { NumberHandling = JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString };

        Assert.Equal("\"42\"", JsonSerializer.Serialize(new TaskId(42), text));
        Assert.Equal(new TaskId(42), JsonSerializer.Deserialize<TaskId>("\"42\"", text));
        Assert.Equal(new TaskId(42), JsonSerializer.Deserialize<TaskId>("\"42\"", JsonSerializerOptions.Web));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<TaskId>("\"x\"", text));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Dictionary<TaskId, int>>("""{"x":1}""", Plain));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-3)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Ids_AsText_ComeBackInEveryCulture(long number)
    {
        var culture = new CultureInfo("") { NumberFormat = { NegativeSign = "~" } };

        RoundTrip(new TaskId(number));
        RoundTrip(new ApprovalId(number));

        void RoundTrip<T>(T id)
            where T : struct, ISpanParsable<T>, ISpanFormattable
        {
            var text = id.ToString(null, culture);
            Assert.Equal(number.ToString(CultureInfo.InvariantCulture), text);
            Assert.Equal(text, id.ToString());
            Assert.Equal(text, string.Create(culture, $"{id}"));
            Assert.Equal(id, T.Parse(text, culture));
            Assert.True(T.TryParse(text.AsSpan(), culture, out var read));
            Assert.Equal(id, read);
        }
    }

    [Fact]
    public void Ids_FromOtherText_SayWhatItIsNot()
    {
        foreach (var text in new[] { "", " 1", "1 ", "1,000", "0x1", "１", "99999999999999999999", "x" })
        {
            Assert.False(TaskId.TryParse(text, out _));
            Assert.Contains($"'{text}' is not a task id", Assert.Throws<FormatException>(() => TaskId.Parse(text)).Message, StringComparison.Ordinal);
            Assert.Contains("is not an approval id", Assert.Throws<FormatException>(() => ApprovalId.Parse(text)).Message, StringComparison.Ordinal);
        }

        Assert.False(TaskId.TryParse(null, null, out _));
        Assert.Equal("00000042", $"{new TaskId(42):D8}");
    }

    [Fact]
    public async Task TaskInfo_InJson_ComesBackWhole()
    {
        await using var host = await TestHost.StartAsync(q => { });
        var parent = await host.Queue.EnqueueAsync(new NewTask("parent"));
        var info = await host.GetAsync(await host.Queue.EnqueueAsync(new NewTask("report", new byte[] { 1 })
        {
            Label = "ünï",
            After = [parent],
            Delay = TimeSpan.FromHours(1),
            Timeout = TimeSpan.FromSeconds(90),
            Retry = RetryPolicy.Fixed(TimeSpan.FromSeconds(1)),
            EstimatedCost = new Cost(1.5m, "eur"),
            Approval = new ApprovalTerms { Approvers = ["ada"], ExpiresAfter = TimeSpan.FromDays(1) },
            Metadata = new Dictionary<string, string> { ["k"] = "v" },
        }));

        foreach (var options in new[] { Plain, JsonSerializerOptions.Web, Context.Default.Options })
        {
            var json = JsonSerializer.Serialize(info, options);
            var read = JsonSerializer.Deserialize<TaskInfo>(json, options)!;

            Assert.Equal(json, JsonSerializer.Serialize(read, options));
            Assert.Equal(info with { Metadata = read.Metadata, Approval = read.Approval }, read);
            Assert.Equal(info.Metadata, read.Metadata);
            Assert.Equal(info.Approval!.Approvers!, read.Approval!.Approvers);
        }

        using var document = JsonDocument.Parse(JsonSerializer.Serialize(info, JsonSerializerOptions.Web));
        Assert.Equal(info.Id.Value, document.RootElement.GetProperty("id").GetInt64());
        Assert.Equal("Queued", document.RootElement.GetProperty("state").GetString());
        Assert.Equal("Dependencies, NotBefore, Approval", document.RootElement.GetProperty("holds").GetString());
        Assert.Equal("None", document.RootElement.GetProperty("outcome").GetString());
    }

    [Fact]
    public void Enums_OfTheSurface_AreWordsInJsonAndReadAsNumbersToo() => Assert.All(
        typeof(ITaskQueue).Assembly.GetExportedTypes().Where(type => type.IsEnum),
        type =>
        {
            foreach (var value in Enum.GetValues(type))
            {
                Assert.Equal($"\"{value}\"", JsonSerializer.Serialize(value, type, Plain));
                Assert.Equal(value, JsonSerializer.Deserialize(Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture), type, Plain));
            }
        });

    internal sealed record Ids(TaskId Id, TaskId? Parent, IReadOnlyList<TaskId> All, Dictionary<TaskId, ApprovalId> ByTask);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(Ids))]
    [JsonSerializable(typeof(TaskInfo))]
    private sealed partial class Context : JsonSerializerContext;
}
