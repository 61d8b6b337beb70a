using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableQueue.Processes.Running;

/// <summary>
/// How far the watch of a task's output is: the checkpoint of the task. It is stored in the transaction that stores a notification, so that a watch that a crash
/// has ended continues behind the last one.
/// </summary>
internal sealed class WatchProgress
{
    /// <summary>Standard output and standard error.</summary>
    public const int Sources = 2;

    /// <summary>The attempt that <see cref="Patterns"/> is about.</summary>
    public long AttemptToken { get; set; }

    /// <summary>How many notifications the output of the task has raised, in all attempts.</summary>
    public int Wakes { get; set; }

    /// <summary>How many bytes of text and tails they had.</summary>
    public long Bytes { get; set; }

    /// <summary>The budget is used up, and that was told.</summary>
    public bool IsExhausted { get; set; }

    /// <summary>In the order of the command's patterns.</summary>
    public PatternProgress[] Patterns { get; set; } = [];

    /// <summary>Begins the patterns of an attempt, or continues with them.</summary>
    public void Begin(long attemptToken, int patterns)
    {
        if (AttemptToken != attemptToken || Patterns.Length != patterns)
        {
            AttemptToken = attemptToken;
            Patterns = [.. Enumerable.Range(0, patterns).Select(_ => new PatternProgress())];
        }
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, WatchJson.Default.WatchProgress);

    /// <summary>Reads what an earlier watch has left.</summary>
    public static WatchProgress Read(ReadOnlyMemory<byte>? checkpoint)
    {
        try
        {
            if (checkpoint is { } bytes && JsonSerializer.Deserialize(bytes.Span, WatchJson.Default.WatchProgress) is { IsWhole: true } progress)
            {
                return progress;
            }
        }
        catch (JsonException)
        {
        }

        // There is none, or it is the checkpoint of another program that ran commands by a handler of its own.
        return new WatchProgress();
    }

    private bool IsWhole => Wakes >= 0 && Bytes >= 0 && Patterns is not null && Patterns.All(pattern => pattern is { IsWhole: true });
}

/// <summary>How far one pattern is in one attempt.</summary>
internal sealed class PatternProgress
{
    /// <summary>In each file, what lies before this position needs not be read again.</summary>
    public long[] Positions { get; set; } = new long[WatchProgress.Sources];

    /// <summary>In each file, whether the line at the position matched before it had an end, and counts no second time.</summary>
    public bool[] OpenTaken { get; set; } = new bool[WatchProgress.Sources];

    /// <summary>It took too long to match and is no longer watched.</summary>
    public bool IsDropped { get; set; }

    public int Raised { get; set; }

    public long RaisedBytes { get; set; }

    /// <summary>Identifies what was raised last.</summary>
    public string? Last { get; set; }

    internal bool IsWhole =>
        Positions is { Length: WatchProgress.Sources } && Positions.All(position => position >= 0) && OpenTaken is { Length: WatchProgress.Sources } && Raised >= 0 && RaisedBytes >= 0;
}

/// <summary>Serializes the progress without reflection.</summary>
[JsonSerializable(typeof(WatchProgress))]
internal sealed partial class WatchJson : JsonSerializerContext;
