using System.Globalization;
using System.Text;

namespace DurableQueue.ModelTests;

/// <summary>What a call gave, as text to compare and to print, and the tasks that it is about.</summary>
internal sealed record Answer(string Text, IReadOnlyList<long> Ids)
{
    public static Answer Done { get; } = new("done", []);

    public override string ToString() => Text;

    public bool SaysTheSame(Answer other) => Text == other.Text;

    public static Answer Of(object? value) => new(string.Create(CultureInfo.InvariantCulture, $"{value ?? "done"}"), []);

    public static Answer Of(IReadOnlyList<EnqueueResult> results) => new(
        string.Join(", ", results.Select(result => $"{(result.Created ? "new" : "old")} {result.Id}")), [.. results.Select(result => result.Id.Value)]);

    public static Answer Of(IReadOnlyList<LeasedTask> tasks) => new(
        tasks.Count == 0 ? "nothing" : string.Join(", ", tasks.Select(Describe)), [.. tasks.Select(task => task.Id.Value)]);

    /// <summary>An error that the contract names is an answer; anything else is not expected and ends the program.</summary>
    public static Answer Of(Exception error) => Of(error.GetType().Name);

    public static bool IsAnswer(Exception error) => error is ArgumentException or (DurableQueueException and not QueueStorageException);

    public static string Hex(ReadOnlyMemory<byte>? bytes) => bytes is { } some ? Convert.ToHexString(some.Span) : "none";

    public static string Describe(IReadOnlyDictionary<string, string> metadata) =>
        string.Join(';', metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}"));

    private static string Describe(LeasedTask task)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{task.Id} ({task.Type} in {task.Group}, priority {task.Priority}, attempt {task.Attempt}/{task.MaxAttempts}");
        text.Append(CultureInfo.InvariantCulture, $", token {task.Lease.Token} until {task.Lease.ExpiresAt:HH:mm:ss.fff} for {task.LeaseDuration.TotalSeconds} s");
        text.Append(CultureInfo.InvariantCulture, $", enqueued {task.EnqueuedAt:HH:mm:ss.fff}, label {task.Label ?? "none"}, payload {Hex(task.Payload)}");
        text.Append(CultureInfo.InvariantCulture, $", checkpoint {Hex(task.Checkpoint)}, metadata {Describe(task.Metadata)})");
        return text.ToString();
    }
}
