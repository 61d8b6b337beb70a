using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using DurableQueue.Processes;

namespace DurableQueue.Mcp.Tools;

/// <summary>A pattern in the output of a command.</summary>
internal sealed record WatchInput
{
    [Description("A .NET regular expression, matched with each line. Without one, any new output counts, once it has been quiet for half a second.")]
    public string? Pattern { get; init; }

    [Description("Which matches raise a notification: the first, those that differ from the one before (transition), or all (always). Default first; transition without a pattern.")]
    [AllowedValues("first", "transition", "always")]
    public string? Mode { get; init; }

    public OutputPattern Read() => (Pattern is { } pattern ? new OutputPattern(pattern) : OutputPattern.AnyOutput) with
    {
        Mode = Mode switch
        {
            "transition" => OutputWatchMode.Transition,
            "always" => OutputWatchMode.Always,
            "first" => OutputWatchMode.FirstMatch,
            _ => Pattern is null ? OutputWatchMode.Transition : OutputWatchMode.FirstMatch,
        },
    };
}
