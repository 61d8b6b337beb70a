namespace DurableQueue.Cli.Dashboards.Messages;

/// <summary>
/// What dq hands to the program of the dashboard: the first line of its standard input, which others cannot read as they can read a command line. The input then
/// stays open until the program shall end, which it does if dq ends in any way.
/// </summary>
internal sealed record DashboardStart
{
    public required string QueuePath { get; init; }

    /// <summary>The folder of the logs; <see langword="null"/> for beside the queue.</summary>
    public string? LogDirectory { get; init; }

    public TimeSpan? BusyTimeout { get; init; }

    /// <summary>The limit of groups that are created.</summary>
    public int GroupLimit { get; init; }

    /// <summary>The groups that get another one.</summary>
    public required IReadOnlyDictionary<string, int> GroupLimits { get; init; }

    public bool ReadOnly { get; init; }

    /// <summary>0 for any that is free.</summary>
    public int Port { get; init; }

    /// <summary>The secret of the address.</summary>
    public required string Token { get; init; }

    /// <summary>Who approves and changes.</summary>
    public required string User { get; init; }

    /// <summary>The group of tasks for which none is given.</summary>
    public required string Group { get; init; }

    /// <summary>The payload of a command as dq would add it here, but for its command line.</summary>
    public required byte[] Command { get; init; }

    /// <summary>The time limit of commands for which none is given.</summary>
    public TimeSpan? Timeout { get; init; }
}
