using System.Globalization;

namespace DurableQueue.Processes.Running;

/// <summary>
/// The POSIX shell script between the worker and a command. It records its process, keeps the standard input open, waits, and records the exit code, whether or
/// not the worker is alive.
/// </summary>
/// <remarks>
/// Arguments: the record, its first line, the line that names the output readers, the umask of the command, the owner to give the record to; then the command.
/// Its descriptors are the constants below.
/// </remarks>
internal static class SupervisorScript
{
    /// <summary>Ends a supervisor that could not create the record, and only that: it has not started the command.</summary>
    public const int NotBegunSignal = CommandSignals.User1;

    /// <summary>The write ends of the pipes to the readers; without a separate one, errors go to the output.</summary>
    public const int Output = 1;
    public const int Errors = 5;

    /// <summary>The pipe of the standard input: for reading, and for both, which keeps it open.</summary>
    public const int Input = 0;
    public const int InputHold = 3;

    /// <summary>The files that the readers write to.</summary>
    public const int Log = 4;
    public const int ErrorLog = 6;

    /// <summary>A pipe that is never written to, open for both.</summary>
    public const int Silence = 7;

    /// <summary>The prefix under which variables pass the shell that it cannot hold or would use itself; a number follows.</summary>
    public const string Smuggled = $"{RunMarks.Prefix}PASSED_";

    /// <summary>The signals that the supervisor survives, so that it outlives the command when the group is signalled. CHLD, STOP and the like do not end it.</summary>
    private const string Signals = "1 2 3 4 5 6 7 8 10 11 12 13 14 15 16 24 25 26 27 29 30 31";

    // A trap, unlike an ignored signal, is not inherited by the command. The supervisor that creates the record first runs the command: a second one of the same
    // attempt cannot create it, and ends. 'true' and not ':', because an error in a special built-in would end the shell with a code that a command may have.
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

    // Opening a file again can truncate it, which only the supervisor that runs the command may do.
    private const string EmptyLog = ": >|/proc/$$/fd/4\n";
    private const string EmptyErrorLog = ": >|/proc/$$/fd/6\n";

    // Through the descriptor, because the owner of the directory may have replaced the file. Descriptor 8 is used because the shell's own standard error is
    // redirected while the program runs.
    private const string GiveAway = "/bin/chown \"$5\" /proc/self/fd/8 8>&2 2>/dev/null\n";

    private const string CloseLogs = "exec 4>&- 6>&-\n";

    // The input stays open as long as a process has it open for writing. A process that only waits holds it, and is killed to close it.
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

    /// <summary>Variables that the shell cannot pass on are set by <c>env</c>.</summary>
    private static string Execute(int smuggled)
    {
        if (smuggled == 0)
        {
            return "exec \"$@\"";
        }

        var names = Enumerable.Range(0, smuggled).Select(i => string.Create(CultureInfo.InvariantCulture, $"{Smuggled}{i}")).ToArray();

        // To env, a program with '=' in its name would be a variable; to nice it is not.
        return $"case $1 in *=*) set -- nice -n 0 \"$@\";; esac; set -- {string.Join(' ', names.Select(name => $"\"${name}\""))} \"$@\"; "
            + $"unset {string.Join(' ', names)}; exec /usr/bin/env \"$@\"";
    }
}
