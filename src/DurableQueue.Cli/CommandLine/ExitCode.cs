namespace DurableQueue.Cli.CommandLine;

/// <summary>What the exit code says; the same for every command but <c>run</c>, which ends with the code of what it ran.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Bad arguments, or input that is refused.</summary>
    public const int BadInput = 1;

    /// <summary>Something is not there, or in a state in which this cannot be done.</summary>
    public const int NotFoundOrWrongState = 2;

    /// <summary>A worker is needed, and there is none.</summary>
    public const int NoWorker = 3;

    /// <summary>The queue is locked, broken, or of a newer version.</summary>
    public const int QueueUnusable = 4;

    /// <summary>A task that was waited for did not succeed.</summary>
    public const int TaskFailed = 5;

    /// <summary>The time given was over.</summary>
    public const int Timeout = 6;

    /// <summary>The work is done, but standard output could not be written.</summary>
    public const int OutputFailed = 7;

    /// <summary><c>run</c> and <c>follow</c>: nobody reads the output any more, and the command continues in the background.</summary>
    public const int Detached = 123;

    /// <summary><c>run</c>: the command's time was over.</summary>
    public const int RunTimedOut = 124;

    /// <summary><c>run</c>: the command could not be run, or not be followed to its end.</summary>
    public const int RunFailed = 125;

    /// <summary>Plus the number of the signal that ended it, as shells say it.</summary>
    public const int Signal = 128;
}
