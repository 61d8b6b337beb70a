namespace DurableQueue.Processes;

/// <summary>What a worker does with a command that it finds running, left by a worker that is gone.</summary>
public enum CommandRestart
{
    /// <summary>Goes on with it: waits for its end and settles the task by its exit code.</summary>
    Adopt,

    /// <summary>Stops it; the attempt has failed, and the task is tried again if attempts are left.</summary>
    Kill,

    /// <summary>Stops it and starts the command anew, in the same attempt.</summary>
    Rerun,
}
