namespace DurableQueue;

/// <summary>Settings of a queue's router. Checked when the host starts.</summary>
public sealed class RouterOptions
{
    /// <summary>How long one choice may take, by the host's clock. Default 30 s; 1 ms to 1 h.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The type of tasks for which the router failed, took too long or chose nothing. <see langword="null"/> (default): that is a failed attempt, and
    /// the router is asked again while attempts are left.
    /// </summary>
    public string? DefaultType { get; set; }

    /// <summary>Types that other programs handle, which the router may choose beside those of the host's handlers.</summary>
    public IList<RouteCandidate> Candidates { get; } = [];
}
