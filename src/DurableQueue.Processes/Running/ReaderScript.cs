namespace DurableQueue.Processes.Running;

/// <summary>
/// The shell script that writes the output of a command to its log until every process that has the pipe open is gone.
/// </summary>
/// <remarks>
/// The command gets a pipe and not the log itself: a program that opens its own output again, as <c>echo x &gt;/dev/stderr</c> does, would truncate the file.
/// The reader has a session of its own, so that neither the end of the worker nor stopping the command ends it before it has read everything. Output that
/// cannot be written is still read, because the log must not block the command.
/// </remarks>
internal static class ReaderScript
{
    public const string Whole =
        """
        cat || { cat >/dev/null; printf '\n[output lost: the log could not be written]\n'; }
        """;

    /// <summary>Arguments: the number of bytes to write, and the limit for the message.</summary>
    public const string Cut =
        """
        if head -c "$1"; then
        if [ "$(head -c 1 | wc -c)" -gt 0 ]; then
        printf '\n[output cut: %s bytes are kept]\n' "$2"
        cat >/dev/null
        fi
        else
        cat >/dev/null
        printf '\n[output lost: the log could not be written]\n'
        fi
        """;
}
