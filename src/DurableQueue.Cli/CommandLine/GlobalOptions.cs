using System.CommandLine;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Options of every command, which may stand before it or behind it.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string?> Queue = new("--queue")
    {
        Description = "The queue file. Default: $DQ_QUEUE, else the nearest .dq/queue.db upwards, else the one in your data folder.",
        HelpName = "FILE",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json") { Arity = ArgumentArity.Zero, Description = "Write JSON to standard output, and nothing else (docs/cli-json.md).", Recursive = true };

    public static readonly Option<string> Color = Values.Choice("--color", "auto", "When to use colours: auto, always or never.", "auto", "always", "never");

    public static readonly Option<TimeSpan?> BusyTimeout = Values.Duration("--busy-timeout", "How long to wait for others who write to the queue. Default 30s.");

    static GlobalOptions()
    {
        Color.Recursive = true;
        BusyTimeout.Recursive = true;
    }
}
