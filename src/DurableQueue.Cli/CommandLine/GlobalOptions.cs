using System.CommandLine;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Options of every command. They may be given before or after its name.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string?> Queue = new("--queue")
    {
        Description = "The queue file. Default: $DQ_QUEUE, then the nearest .dq/queue.db in this directory or above, then the queue in your data directory.",
        HelpName = "FILE",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json") { Arity = ArgumentArity.Zero, Description = "Write only JSON to standard output (docs/cli-json.md).", Recursive = true };

    public static readonly Option<string> Color = Values.Choice("--color", "auto", "When to use colors: auto, always or never.", "auto", "always", "never");

    public static readonly Option<TimeSpan?> BusyTimeout = Values.Duration("--busy-timeout", "How long to wait for other writers of the queue. Default: 30s.");

    static GlobalOptions()
    {
        Color.Recursive = true;
        BusyTimeout.Recursive = true;
    }
}
