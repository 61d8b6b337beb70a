namespace DurableQueue.Mcp.Calls;

/// <summary>What a tool says about itself.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">A few words for people.</param>
/// <param name="Description">What it does and when to use it, for a model.</param>
/// <param name="Effect">What a call may change.</param>
internal sealed record ToolText(string Name, string Title, string Description, ToolEffect Effect)
{
    /// <summary>Whether a repeated call changes nothing more.</summary>
    public bool Idempotent { get; init; }

    /// <summary>Whether a call may start programs, which may do anything.</summary>
    public bool RunsCommands { get; init; }

    /// <summary>Whether it decides approvals.</summary>
    public bool Decides { get; init; }

    /// <summary>Whether it works only where commands run.</summary>
    public bool NeedsCommands { get; init; }

    /// <summary>Why calls are refused. A tool that refuses is not listed.</summary>
    /// <returns><see langword="null"/> if they are not.</returns>
    public string? RefusalBy(ToolHost host) => this switch
    {
        { Effect: not ToolEffect.Reads } when host.Options.ReadOnly => $"{Name} changes the queue, and this server is read-only. {host.ReadOnlyAdvice}",
        { Decides: true } when !host.Options.AllowApprove => $"{Name} is not allowed on this server: a person must decide. {host.ApproveAdvice}",
        { NeedsCommands: true } when host.Commands is null => $"{Name} is for commands, and this application runs none.",
        _ => null,
    };
}
