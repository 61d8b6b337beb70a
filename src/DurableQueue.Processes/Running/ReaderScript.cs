namespace DurableQueue.Processes.Running;

/// <summary>
/// The lines of shell that write the output of a command into its log, until every process that has the pipe open is gone.
/// </summary>
/// <remarks>
/// The command has a pipe and not the log itself: a program that opens its own output once more, as <c>echo x &gt;/dev/stderr</c> does, would empty the
/// file. The reader has a session of its own, so that neither the end of the worker nor a stop of the command ends it before it has read everything.
/// What cannot be written is read all the same, for a command must not be stopped by a log.
/// </remarks>
internal static class ReaderScript
{
    public const string Whole =
        """
        cat || { cat >/dev/null; printf '\n[output lost: the log could not be written]\n'; }
        """;

    /// <summary>Arguments: how much is written, and the limit that it comes from.</summary>
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
