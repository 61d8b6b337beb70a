using System.CommandLine;
using System.CommandLine.Parsing;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>The options that say which output of a command raises notifications, and how many.</summary>
internal sealed class WatchOptions
{
    private readonly Option<string[]> watch = new("--watch")
    {
        Description = "Raise a notification for the first line that matches; 'always:REGEX' for each, 'transition:REGEX' for each change of the match. "
            + "Without a pattern: for new output that differs ('always:' for all, 'first:' for the first). Repeatable.",
        HelpName = "REGEX",
        Arity = ArgumentArity.ZeroOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<TimeSpan?> settle = Values.Duration(
        "--settle", "Wait until the output has been quiet for this long before a notification, at most ten times as long. Default: 0, and 0.5s for new output.");

    private readonly Option<int?> maxWakes = Values.Number(
        "--max-wakes", "Raise at most N notifications of the output of the task, over all attempts; 0 for no limit. Default: 100.");

    private readonly Option<long?> maxBytes = Values.Bytes(
        "--max-bytes", "Raise at most this many bytes of text in them; 0 for no limit. Default: 256K.");

    /// <param name="optional">Whether the command may be left out.</param>
    public WatchOptions(bool optional)
    {
        if (!optional)
        {
            watch.Validators.Add(RequireCommandBeside);
        }
    }

    public IReadOnlyList<Option> All => [watch, settle, maxWakes, maxBytes];

    /// <summary>Sets what is given and leaves the rest.</summary>
    /// <exception cref="CliException">A value is out of range, or nothing is watched that it could apply to.</exception>
    public CommandTask Apply(DqInvocation invocation, CommandTask command)
    {
        var patterns = invocation.Has(watch) ? ReadPatterns(invocation) : command.Watch;
        if (patterns is null && All.Where(invocation.Has).FirstOrDefault() is { } other)
        {
            throw CliException.BadInput($"{other.Name} needs --watch: without it, the output raises no notifications.");
        }

        if (invocation.Get(settle) is { } quiet)
        {
            patterns = [.. patterns!.Select(pattern => pattern with { Settle = quiet })];
        }

        return command with
        {
            Watch = patterns,
            MaxWakes = Required(invocation, maxWakes, invocation.Get(maxWakes)) ?? command.MaxWakes,
            MaxWakeBytes = invocation.Get(maxBytes) ?? command.MaxWakeBytes,
        };
    }

    private static int? Required(DqInvocation invocation, Option option, int? number) =>
        number is >= 0 || !invocation.Has(option) ? number : throw CliException.BadInput($"{option.Name} must be a whole number, or 0 for no limit.");

    private OutputPattern[] ReadPatterns(DqInvocation invocation)
    {
        var given = invocation.Get(watch) ?? [];
        var bare = ((OptionResult)invocation.Parse.GetResult(watch)!).IdentifierTokenCount - given.Length;
        return [.. given.Concat(Enumerable.Repeat("", bare)).Distinct().Select(text => ReadPattern(invocation, text))];
    }

    private static OutputPattern ReadPattern(DqInvocation invocation, string text)
    {
        var split = text.IndexOf(':', StringComparison.Ordinal);
        var (mode, pattern) = (split > 0 ? text[..split] : "") switch
        {
            "always" => (OutputWatchMode.Always, text[(split + 1)..]),
            "transition" => (OutputWatchMode.Transition, text[(split + 1)..]),
            "first" => (OutputWatchMode.FirstMatch, text[(split + 1)..]),
            _ => (text.Length == 0 ? OutputWatchMode.Transition : OutputWatchMode.FirstMatch, text),
        };
        return new OutputPattern(pattern) { Mode = mode, Settle = pattern.Length == 0 ? invocation.Settings.Get(SettingKeys.WatchSettle) : null };
    }

    /// <summary>The word behind --watch is its pattern, also where it was meant as the command.</summary>
    private static void RequireCommandBeside(OptionResult result)
    {
        if (result.Tokens is [.., var last] && result.Parent is System.CommandLine.Parsing.CommandResult command
            && !command.Children.OfType<ArgumentResult>().Any(argument => argument.Tokens.Count > 0))
        {
            result.AddError($"'{last.Value}' was read as the pattern of --watch, and no command is left. If it is the command, write --watch behind it, or --watch '' before it.");
        }
    }
}
