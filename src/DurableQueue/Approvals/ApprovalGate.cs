namespace DurableQueue;

/// <summary>
/// Requires an approval before the first run of tasks that match all of its conditions. At least one of <see cref="Type"/>, <see cref="Group"/>,
/// <see cref="MetadataKey"/> and <see cref="Command"/> must be set. A gate is stored in the queue and applies to all processes.
/// </summary>
/// <param name="Name">The name of the gate. The characters of a group are allowed.</param>
public sealed record ApprovalGate(string Name) : ApprovalTerms
{
    /// <summary>The task type, or a prefix followed by <c>*</c>: <c>deploy</c> or <c>deploy.*</c>. <see langword="null"/> means any type.</summary>
    public string? Type { get; init; }

    /// <summary>The group, or a prefix followed by <c>*</c>: <c>production</c> or <c>production/*</c>. <see langword="null"/> means any group.</summary>
    public string? Group { get; init; }

    /// <summary>The key of a metadata entry that the task must have; <see langword="null"/> means none.</summary>
    public string? MetadataKey { get; init; }

    /// <summary>The value of that entry, compared case-sensitively; <see langword="null"/> means any.</summary>
    public string? MetadataValue { get; init; }

    /// <summary>
    /// The text of a command as it was written, where <c>*</c> stands for any characters: <c>git push*</c> or <c>*terraform apply*</c>. Letter case counts. The text
    /// is the shell line, or the program and its arguments with spaces between. Tasks that aren't commands don't match. 1 to 512 characters;
    /// <see langword="null"/> means no condition.
    /// </summary>
    /// <remarks>
    /// It is a reminder, not a protection: the same can be written in many ways (<c>rm  -rf</c>, <c>/bin/rm -fr</c>, a script), and a running command can do what it likes.
    /// </remarks>
    public string? Command { get; init; }
}
