namespace DurableQueue.Processes;

/// <summary>What a worker does with a running command of a worker that is gone.</summary>
public enum CommandRestart
{
    /// <summary>Takes the command over: waits for its end and settles the task by its exit code.</summary>
    Adopt,

    /// <summary>Stops the command. The attempt fails, and the task is retried if attempts are left.</summary>
    Kill,

    /// <summary>Stops the command and starts it again, in the same attempt.</summary>
    Rerun,
}
