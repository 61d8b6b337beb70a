using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using DurableQueue.Processes;

namespace DurableQueue.Mcp.Tools;

/// <summary>A pattern in the output of a command.</summary>
internal sealed record WatchInput
{
    [Description("A .NET regular expression, matched with each line.")]
    public required string Pattern { get; init; }

    [Description("Which matches raise a notification: the first, those that differ from the one before (transition), or all (always). Default first.")]
    [AllowedValues("first", "transition", "always")]
    public string? Mode { get; init; }

    public OutputPattern Read() => new(Pattern)
    {
        Mode = Mode switch
        {
            "transition" => OutputWatchMode.Transition,
            "always" => OutputWatchMode.Always,
            _ => OutputWatchMode.FirstMatch,
        },
    };
}
