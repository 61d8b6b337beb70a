using System.Text.RegularExpressions;

namespace DurableQueue.Cli.Tasks.Monitors;

/// <summary>Programs that only watch, and go on until they are stopped.</summary>
internal static partial class MonitorPrograms
{
    private static readonly Dictionary<string, Func<Words, bool>> Rules = new(StringComparer.Ordinal)
    {
        ["watch"] = words => words.Any && !words.Has("-g", "--chgexit", "-q", "--equexit", "-v", "--version", "-h", "--help"),
        ["tail"] = words => words.HasFlag("fF", "--follow") && !words.StartsAny("--pid"),
        ["less"] = words => words.Has("+F"),
        ["journalctl"] = words => words.HasFlag("f", "--follow"),
        ["docker"] = FollowsLogs,
        ["podman"] = FollowsLogs,
        ["docker-compose"] = FollowsLogs,
        ["kubectl"] = words => FollowsLogs(words) || (words.HasAny("get", "events") && words.HasFlag("w", "--watch", "--watch-only")),
        ["dmesg"] = words => words.HasFlag("wW", "--follow", "--follow-new"),
        ["inotifywait"] = words => words.HasFlag("m", "--monitor"),
        ["ping"] = words => !words.HasFlag("cw"),
        ["htop"] = _ => true,
        ["top"] = words => !words.HasFlag("nhv"),
        ["vmstat"] = words => words.IsOneNumber,
        ["iostat"] = words => words.IsOneNumber,
        ["yes"] = _ => true,
        ["sleep"] = words => words.Has("infinity"),
        ["gh"] = words => words.Plain is ["run", "watch", ..],
    };

    /// <summary>Programs that run another one, with those of their options that have a value.</summary>
    private static readonly Dictionary<string, string> Wrappers = new(StringComparer.Ordinal)
    {
        ["sudo"] = "ugpChRTrtD",
        ["exec"] = "a",
        ["time"] = "fo",
        ["nohup"] = "",
        ["command"] = "",
        ["env"] = "uCS",
        ["nice"] = "n",
        ["ionice"] = "cn",
        ["stdbuf"] = "",
        ["setsid"] = "",
        ["unbuffer"] = "",
    };

    private static readonly string[] Shells = ["sh", "bash", "dash", "zsh", "ksh", "fish"];

    /// <summary>Whether a program with its arguments goes on until it is stopped.</summary>
    public static bool AreEndless(IReadOnlyList<string> words)
    {
        var program = SkipWrappers(words);
        if (program.Count == 0)
        {
            return false;
        }

        var (name, rest) = (Path.GetFileName(program[0]), program.Skip(1).ToList());
        if (Shells.Contains(name))
        {
            var script = rest.FindIndex(word => ShortFlags().IsMatch(word) && word.Contains('c', StringComparison.Ordinal));
            return script >= 0 && script + 1 < rest.Count && EndlessScript.Is(rest[script + 1]);
        }

        return name == "eval" ? EndlessScript.Is(string.Join(' ', rest)) : Rules.TryGetValue(name, out var rule) && rule(new Words(rest));
    }

    /// <summary>Whether a program behind a pipe reads until its input ends. One that is not known may have seen enough before.</summary>
    public static bool ReadOn(IReadOnlyList<string> words)
    {
        var program = SkipWrappers(words);
        if (program.Count == 0)
        {
            return false;
        }

        var rest = new Words([.. program.Skip(1)]);
        return Path.GetFileName(program[0]) switch
        {
            "cat" or "tee" or "tr" or "cut" or "jq" or "sort" or "uniq" or "ts" or "column" or "nl" or "less" or "more" => true,
            "grep" or "egrep" or "fgrep" or "rg" => !rest.HasFlag("mqlL", "--max-count", "--quiet", "--silent"),
            "sed" => !program.Skip(1).Any(word => word.Contains('q', StringComparison.OrdinalIgnoreCase)),
            "awk" or "gawk" or "mawk" => !program.Skip(1).Any(word => word.Contains("exit", StringComparison.Ordinal)),
            _ => false,
        };
    }

    private static bool FollowsLogs(Words words) => words.HasAny("logs") && words.HasFlag("f", "--follow");

    /// <summary>The words from the program on that really runs: without variables, <c>sudo</c> and the like.</summary>
    private static List<string> SkipWrappers(IReadOnlyList<string> words)
    {
        var rest = words.ToList();
        while (rest.Count > 0)
        {
            if (Assignment().IsMatch(rest[0]))
            {
                rest.RemoveAt(0);
                continue;
            }

            if (!Wrappers.TryGetValue(Path.GetFileName(rest[0]), out var withValue))
            {
                return rest;
            }

            rest.RemoveAt(0);
            while (rest.Count > 0 && rest[0].StartsWith('-'))
            {
                var takesNext = rest[0].Length == 2 && withValue.Contains(rest[0][1], StringComparison.Ordinal);
                rest.RemoveRange(0, Math.Min(takesNext ? 2 : 1, rest.Count));
            }
        }

        return rest;
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*=", RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();

    [GeneratedRegex("^-[A-Za-z0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex ShortFlags();

    /// <summary>The arguments of a program.</summary>
    private sealed class Words(IReadOnlyList<string> words)
    {
        public bool Any => words.Count > 0;

        /// <summary>Those that are no options.</summary>
        public IReadOnlyList<string> Plain => [.. words.Where(word => !word.StartsWith('-'))];

        /// <summary>A period without a count.</summary>
        public bool IsOneNumber => Plain is [var period] && period.All(char.IsAsciiDigit);

        public bool Has(params string[] any) => words.Any(any.Contains);

        public bool HasAny(params string[] any) => Plain.Any(any.Contains);

        public bool StartsAny(string start) => words.Any(word => word.StartsWith(start, StringComparison.Ordinal));

        /// <summary>One of the letters stands in a group of short options, or one of the long options is there, not with <c>=false</c>.</summary>
        public bool HasFlag(string letters, params string[] names) => words.Any(word =>
            word.StartsWith("--", StringComparison.Ordinal) ? Array.Exists(names, name => word == name || (word.StartsWith($"{name}=", StringComparison.Ordinal) && !word.EndsWith("=false", StringComparison.Ordinal)))
            : ShortFlags().IsMatch(word) && word.AsSpan(1).IndexOfAny(letters) >= 0);
    }
}
