namespace DurableQueue.Cli.Dashboards.Messages;

/// <summary>What the program of the dashboard says to dq: a line of its standard output.</summary>
internal sealed record DashboardNotice
{
    /// <summary>It serves at this port.</summary>
    public int? Port { get; init; }

    /// <summary>Why it does not.</summary>
    public string? Failure { get; init; }

    /// <summary>The exit code of dq then.</summary>
    public int ExitCode { get; init; }

    /// <summary>Tasks that somebody has added or let go, and which may need a worker.</summary>
    public IReadOnlyList<long>? Tasks { get; init; }

    /// <summary>A group that somebody has let go.</summary>
    public string? Group { get; init; }
}
