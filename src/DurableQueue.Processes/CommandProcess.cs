namespace DurableQueue.Processes;

/// <summary>A process of a command.</summary>
public sealed record CommandProcess
{
    /// <summary>The process id.</summary>
    public required int Pid { get; init; }

    /// <summary>The name of its program, cut to the 15 bytes that the kernel keeps.</summary>
    public required string Name { get; init; }

    /// <summary>The id of the user that it runs as.</summary>
    public required long UserId { get; init; }

    /// <summary>A description, such as <c>process 4711 (sleep, of user 0)</c>.</summary>
    public override string ToString() => System.FormattableString.Invariant($"process {Pid} ({Name}, of user {UserId})");
}
