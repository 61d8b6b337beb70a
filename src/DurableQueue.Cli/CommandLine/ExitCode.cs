namespace DurableQueue.Cli.CommandLine;

/// <summary>The exit codes. They mean the same for every command except <c>run</c>, which exits with the code of what it ran.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Invalid arguments or input.</summary>
    public const int BadInput = 1;

    /// <summary>Something does not exist, or is in a state that does not allow this.</summary>
    public const int NotFoundOrWrongState = 2;

    /// <summary>A worker is needed, but none is running.</summary>
    public const int NoWorker = 3;

    /// <summary>The queue is locked, damaged, or of a newer version.</summary>
    public const int QueueUnusable = 4;

    /// <summary>An awaited task did not succeed.</summary>
    public const int TaskFailed = 5;

    /// <summary>The given time limit expired.</summary>
    public const int Timeout = 6;

    /// <summary>The work is done, but standard output could not be written.</summary>
    public const int OutputFailed = 7;

    /// <summary><c>run</c> and <c>follow</c>: the output is no longer read, and the command continues in the background.</summary>
    public const int Detached = 123;

    /// <summary><c>run</c>: the command timed out.</summary>
    public const int RunTimedOut = 124;

    /// <summary><c>run</c>: the command could not be run, or could not be followed to its end.</summary>
    public const int RunFailed = 125;

    /// <summary>Plus the number of the signal that ended the command, as in shells.</summary>
    public const int Signal = 128;
}
