namespace DurableQueue.Mcp;

/// <summary>What the tools of a queue allow. Who may call them is decided by the host.</summary>
public sealed class DurableQueueToolOptions
{
    /// <summary>The name of the queue, as given to <c>AddDurableQueue(name, …)</c>. Default: the main queue of the host, which has no name.</summary>
    public string QueueName { get; set; } = "";

    /// <summary>Whether only tools that change nothing are offered. Calls of the others are refused. Default false.</summary>
    public bool ReadOnly { get; set; }

    /// <summary>
    /// Whether approval requests can be decided with a tool. Default false: whoever asks for an approval should not be the one who gives it. A decision is
    /// recorded under the name of the authenticated user, and is refused if there is none.
    /// </summary>
    public bool AllowApprove { get; set; }

    /// <summary>
    /// Whether tasks that run shell commands can be added, for workers with <c>AddCommands</c>. Default false: such a command can do whatever the worker's user can.
    /// </summary>
    public bool AllowCommands { get; set; }

    /// <summary>The most characters of a result if a call doesn't name a limit, 200 to 100,000. Default 2,000.</summary>
    public int DefaultCharacters { get; set; } = 2_000;

    /// <summary>The longest time that one call can wait, 1 s to 1 h. Default 10 min.</summary>
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromMinutes(10);

    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(QueueName);
        if (DefaultCharacters is < 200 or > 100_000)
        {
            throw new ArgumentException($"{nameof(DefaultCharacters)} must be 200 to 100,000; it is {DefaultCharacters}.");
        }

        if (LongestWait < TimeSpan.FromSeconds(1) || LongestWait > TimeSpan.FromHours(1))
        {
            throw new ArgumentException($"{nameof(LongestWait)} must be 1 second to 1 hour; it is {LongestWait}.");
        }
    }
}
