namespace DurableQueue.Processes;

/// <summary>The names and numbers of Linux signals.</summary>
internal static class CommandSignals
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int User1 = 10;
    public const int Pipe = 13;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    public static string NameOf(int number) => number > 0 && number < Names.Length ? Names[number] : $"{number}";

    /// <summary>Accepts <c>TERM</c> and <c>SIGTERM</c>, in any case, and numbers.</summary>
    /// <exception cref="ArgumentException">There is no such signal.</exception>
    public static int NumberOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (int.TryParse(name, out var number) && number is > 0 and <= 64)
        {
            return number;
        }

        var bare = name.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? name[3..] : name;
        var found = bare.Length == 0 ? -1 : Array.FindIndex(Names, known => known.Equals(bare, StringComparison.OrdinalIgnoreCase));
        return found > 0 ? found : throw new ArgumentException($"There is no signal '{name}'.", nameof(name));
    }
}
