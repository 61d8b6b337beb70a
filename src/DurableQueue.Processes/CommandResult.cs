using System.Text.Json;

namespace DurableQueue.Processes;

/// <summary>How a command ended. Stored as JSON as the task's result, after success and after failure.</summary>
public sealed record CommandResult
{
    /// <summary>The exit code; <see langword="null"/> if a signal ended the command, or its end was not observed.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The number of the signal that ended the command; <see langword="null"/> if none did.</summary>
    public int? Signal { get; init; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset EndedAt { get; init; }

    /// <summary>The id of its session and process group.</summary>
    public int Pid { get; init; }

    /// <summary>The size of the log at the end, plus that of the standard error file if it is separate; in bytes.</summary>
    public long OutputBytes { get; init; }

    /// <summary>Whether output beyond <see cref="CommandTask.MaxOutputBytes"/> was dropped.</summary>
    public bool OutputCut { get; init; }

    /// <summary>Whether it was taken over by a worker that had not started it.</summary>
    public bool Adopted { get; init; }

    /// <summary>The name of the signal that ended the command, such as <c>TERM</c>; <see langword="null"/> if none did.</summary>
    public string? SignalName => Signal is { } number ? CommandSignals.NameOf(number) : null;

    /// <summary>Whether the exit code is 0.</summary>
    public bool Succeeded => ExitCode == 0;

    /// <summary>Reads a task's result.</summary>
    /// <exception cref="JsonException">The bytes are not the result of a command.</exception>
    public static CommandResult FromBytes(ReadOnlyMemory<byte> result) =>
        JsonSerializer.Deserialize(result.Span, CommandJson.Default.CommandResult) ?? throw new JsonException("The result is null.");

    /// <summary>The JSON that is stored.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, CommandJson.Default.CommandResult);
}
