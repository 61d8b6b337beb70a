namespace DurableQueue.Processes.Running;

/// <summary>
/// The lines of POSIX shell that stand between the worker and a command: they write down who runs, keep the standard input open, wait, and write
/// down the exit code, whether the worker lives or not.
/// </summary>
/// <remarks>Arguments: the record, its first line, the pipe that nobody writes to, the most bytes of output; then the command.</remarks>
internal static class SupervisorScript
{
    /// <summary>What a signal to the whole group may carry: the supervisor must outlive the command. CHLD, STOP and the like need nothing.</summary>
    private const string Signals = "1 2 3 4 5 6 7 8 10 11 12 13 14 15 16 24 25 26 27 29 30 31";

    // A trap, unlike an ignored signal, is not inherited by the command. Whoever makes the record first runs the command: a second supervisor of the same
    // attempt ends at the redirection, which is an error of a special built-in.
    private const string Begin =
        $"""
        trap : {Signals}
        set -C
        : >"$1"
        exec 2>>"$1"
        IFS= read -r s </proc/$$/stat
        echo "$2 | $s" >&2

        """;

    // The input is open as long as somebody has it open for writing. A process that waits for nothing has it, and is killed to close it.
    private const string HoldInput =
        $"""
        (trap '' {Signals}; exec >&- 2>&-; read -r x) <>"$3" &
        h=$!
        echo "input $h" >&2
        exec 3>&-

        """;

    private const string ReleaseInput = "kill -9 $h; wait $h\n";

    private const string Run = "m=$4; shift 4\n(exec \"$@\" {0}); s=$?\necho \"exit $s\" >&2\n";

    private const string RunCut =
        """
        m=$4; shift 4; s=0
        { (exec "$@" {0}); s=$?; echo "exit $s" >&2; kill -15 0; } | {
        trap '' SIGNALS
        head -c "$m"
        if [ "$(head -c 1 | wc -c)" -gt 0 ]; then
        echo cut >&2
        printf '\n[output cut: %s bytes are kept]\n' "$m"
        cat >/dev/null
        fi
        }

        """;

    public static string Of(bool holdsInput, bool separateErrors, bool cutsOutput) =>
        Begin
        + (holdsInput ? HoldInput : "")
        + (cutsOutput ? RunCut.Replace("SIGNALS", Signals, StringComparison.Ordinal) : Run)
            .Replace("{0}", separateErrors ? "2>&4 4>&-" : "2>&1", StringComparison.Ordinal)
        + (holdsInput ? ReleaseInput : "")
        + "exit $s\n";
}
