namespace DurableQueue.Processes;

/// <summary>A process of a command.</summary>
public sealed record CommandProcess
{
    /// <summary>Its process id.</summary>
    public required int Pid { get; init; }

    /// <summary>The name of its program, as far as the kernel keeps it: 15 bytes.</summary>
    public required string Name { get; init; }

    /// <summary>The id of the user whose rights it has.</summary>
    public required long UserId { get; init; }

    /// <summary>In words, such as <c>process 4711 (sleep, of user 0)</c>.</summary>
    public override string ToString() => System.FormattableString.Invariant($"process {Pid} ({Name}, of user {UserId})");
}
