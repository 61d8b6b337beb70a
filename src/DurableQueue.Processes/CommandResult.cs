using System.Text.Json;

namespace DurableQueue.Processes;

/// <summary>How a command ended: the task's result, as JSON, after success and after failure alike.</summary>
public sealed record CommandResult
{
    /// <summary>What it gave back; <see langword="null"/> if a signal ended it, or nobody saw its end.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Number of the signal that ended it; <see langword="null"/> if none did.</summary>
    public int? Signal { get; init; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset EndedAt { get; init; }

    /// <summary>Process id of its session and of its process group.</summary>
    public int Pid { get; init; }

    /// <summary>Size of the log, and of the file of the standard error if that is apart, at its end.</summary>
    public long OutputBytes { get; init; }

    /// <summary>More was written than <see cref="CommandTask.MaxOutputBytes"/>.</summary>
    public bool OutputCut { get; init; }

    /// <summary>A worker went on with it that had not started it.</summary>
    public bool Adopted { get; init; }

    /// <summary>Name of the signal, such as <c>TERM</c>; <see langword="null"/> if none ended it.</summary>
    public string? SignalName => Signal is { } number ? CommandSignals.NameOf(number) : null;

    /// <summary>It ended with exit code 0.</summary>
    public bool Succeeded => ExitCode == 0;

    /// <summary>Reads a task's result.</summary>
    /// <exception cref="JsonException">It is not the result of a command.</exception>
    public static CommandResult FromBytes(ReadOnlyMemory<byte> result) =>
        JsonSerializer.Deserialize(result.Span, CommandJson.Default.CommandResult) ?? throw new JsonException("The result is null.");

    /// <summary>The JSON that is stored.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, CommandJson.Default.CommandResult);
}
