namespace DurableQueue;

/// <summary>Options of a queue's router. They are validated when the host starts.</summary>
public sealed class RouterOptions
{
    /// <summary>How long one choice may take, by the host's clock, 1 ms to 1 h. The default is 30 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The type of tasks for which the router failed, timed out or chose nothing. <see langword="null"/>, the default, means that the attempt fails;
    /// the router is asked again if the task has attempts left.
    /// </summary>
    public string? DefaultType { get; set; }

    /// <summary>Types handled by other programs, which the router may choose in addition to the types of the host's handlers.</summary>
    public IList<RouteCandidate> Candidates { get; } = [];
}
