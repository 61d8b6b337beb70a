using System.Globalization;

namespace DurableQueue.Processes.Running;

/// <summary>
/// The lines of POSIX shell that stand between the worker and a command: they write down who runs, keep the standard input open, wait, and write
/// down the exit code, whether the worker lives or not.
/// </summary>
/// <remarks>
/// Arguments: the record, its first line, the line that names the readers of the output, the umask of the command, whom the record is given to; then the
/// command. The descriptors it begins with are the constants below.
/// </remarks>
internal static class SupervisorScript
{
    /// <summary>Ends a supervisor that could not make the record, and only that: it has not started anything.</summary>
    public const int NotBegunSignal = CommandSignals.User1;

    /// <summary>Write ends of the pipes to the readers; without an own one, errors go where the output goes.</summary>
    public const int Output = 1;
    public const int Errors = 5;

    /// <summary>The standard input's pipe: for reading, and for both, which keeps it open.</summary>
    public const int Input = 0;
    public const int InputHold = 3;

    /// <summary>The files that the readers write to.</summary>
    public const int Log = 4;
    public const int ErrorLog = 6;

    /// <summary>A pipe that nobody writes to, open for both.</summary>
    public const int Silence = 7;

    /// <summary>Variables that a shell cannot hold, or would use itself, pass it under this name and a number.</summary>
    public const string Smuggled = $"{RunMarks.Prefix}PASSED_";

    /// <summary>What a signal to the whole group may carry: the supervisor must outlive the command. CHLD, STOP and the like need nothing.</summary>
    private const string Signals = "1 2 3 4 5 6 7 8 10 11 12 13 14 15 16 24 25 26 27 29 30 31";

    // A trap, unlike an ignored signal, is not inherited by the command. Whoever makes the record first runs the command: a second supervisor of the same
    // attempt cannot make it, and ends. 'true' and not ':', for an error of a special built-in would end the shell with a code that a command may have.
    private const string Begin =
        $$"""
        trap : {{Signals}}
        umask 077
        set -C
        true >"$1" || { trap - 10; kill -10 $$; exit; }
        exec 2>>"$1"

        """;

    private const string Introduce =
        """
        IFS= read -r s </proc/$$/stat
        echo "$2 | $s" >&2
        echo "$3" >&2

        """;

    // Opened once more, a file can be emptied: only the one that runs the command may do that.
    private const string EmptyLog = ": >|/proc/$$/fd/4\n";
    private const string EmptyErrorLog = ": >|/proc/$$/fd/6\n";

    // Through the descriptor, for the owner of the directory may have put something else in the place of the name. It is one of the program's own: the
    // shell's own standard error is already redirected while the program runs.
    private const string GiveAway = "/bin/chown \"$5\" /proc/self/fd/8 8>&2 2>/dev/null\n";

    private const string CloseLogs = "exec 4>&- 6>&-\n";

    // The input is open as long as somebody has it open for writing. A process that waits for nothing has it, and is killed to close it.
    private const string HoldInput =
        $"""
        (trap '' {Signals}; exec >&- 2>&- 5>&-; read -r x <&7) &
        h=$!
        echo "input $h" >&2
        exec 3>&- 7>&-

        """;

    private const string ReleaseInput = "kill -9 $h; wait $h\n";

    public static string Of(bool holdsInput, bool separateErrors, bool keepsLog, bool givesAway, int smuggled)
    {
        var errors = separateErrors ? "2>&5 5>&-" : "2>&1";
        return Begin
            + (givesAway ? GiveAway : "")
            + Introduce
            + (keepsLog ? "" : EmptyLog)
            + (keepsLog || !separateErrors ? "" : EmptyErrorLog)
            + CloseLogs
            + (holdsInput ? HoldInput : "")
            + $"m=$4; shift 5\n(umask $m; {Execute(smuggled)} {errors}); s=$?\necho \"exit $s\" >&2\n"
            + (holdsInput ? ReleaseInput : "")
            + "exit $s\n";
    }

    /// <summary>What the shell cannot pass on, <c>env</c> puts into the environment of the program that it becomes.</summary>
    private static string Execute(int smuggled)
    {
        if (smuggled == 0)
        {
            return "exec \"$@\"";
        }

        var names = Enumerable.Range(0, smuggled).Select(i => string.Create(CultureInfo.InvariantCulture, $"{Smuggled}{i}")).ToArray();

        // To env, a program with '=' in its name would be a variable; nice knows no such thing.
        return $"case $1 in *=*) set -- nice -n 0 \"$@\";; esac; set -- {string.Join(' ', names.Select(name => $"\"${name}\""))} \"$@\"; "
            + $"unset {string.Join(' ', names)}; exec /usr/bin/env \"$@\"";
    }
}
