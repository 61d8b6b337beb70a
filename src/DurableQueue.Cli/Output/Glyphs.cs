namespace DurableQueue.Cli.Output;

/// <summary>The characters of tables and screens that not every terminal has.</summary>
/// <param name="Ellipsis">Ends a text that was cut.</param>
/// <param name="Rule">Draws a line between two parts of the screen.</param>
/// <param name="Marker">Points at the selected row.</param>
/// <param name="UpDown">The keys that move up and down.</param>
/// <param name="Unlimited">A group without a limit.</param>
/// <param name="Isolates">Right-to-left text is set apart by isolating characters.</param>
internal sealed record Glyphs(string Ellipsis, string Rule, string Marker, string UpDown, string Unlimited, bool Isolates)
{
    public static readonly Glyphs Unicode = new("…", "─", "›", "↑↓", "∞", Isolates: true);

    public static readonly Glyphs Ascii = new("~", "-", ">", "j/k", "-", Isolates: false);

    /// <summary>The first one that is set decides.</summary>
    private static readonly string[] LocaleVariables = ["LC_ALL", "LC_CTYPE", "LANG"];

    /// <summary>Those that the terminal has, by its type and the locale. Without a locale, UTF-8 is assumed.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    public static Glyphs Detect(Func<string, string?> variable)
    {
        if (variable("TERM") is "linux" or "dumb")
        {
            return Ascii;
        }

        var locale = LocaleVariables.Select(variable).FirstOrDefault(value => value is { Length: > 0 });
        return locale is null || locale.Replace("-", "", StringComparison.Ordinal).Contains("utf8", StringComparison.OrdinalIgnoreCase) ? Unicode : Ascii;
    }
}
