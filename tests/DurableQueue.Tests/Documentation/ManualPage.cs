using System.Text.RegularExpressions;

namespace DurableQueue.Tests.Documentation;

/// <summary>A page of Markdown: the README, the changelog, one of docs, or that of a package. Found by enumeration, so that a new page is checked like the others.</summary>
internal sealed partial class ManualPage
{
    private ManualPage(string path)
    {
        FullPath = path;
        Name = Path.GetRelativePath(RepositoryRoot.Path, path).Replace('\\', '/');
        Text = File.ReadAllText(path).ReplaceLineEndings("\n");
        Blocks = ReadBlocks(Text).ToList();
    }

    public static IReadOnlyList<ManualPage> OfPackages { get; } =
    [
        .. Directory.EnumerateFiles(RepositoryRoot.File("src"), "*.csproj", SearchOption.AllDirectories)
            .Select(project => new ManualPage(Path.Combine(Path.GetDirectoryName(project)!, "README.md"))),
    ];

    public static IReadOnlyList<ManualPage> All { get; } =
    [
        new(RepositoryRoot.File("README.md")),
        new(RepositoryRoot.File("CHANGELOG.md")),
        .. Directory.EnumerateFiles(RepositoryRoot.File("docs"), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => new ManualPage(path)),
        .. OfPackages,
        new(RepositoryRoot.File("samples", "agent-skill", "SKILL.md")),
    ];

    public string FullPath { get; }

    /// <summary>The path in the repository, with slashes.</summary>
    public string Name { get; }

    public string Text { get; }

    public IReadOnlyList<CodeBlock> Blocks { get; }

    /// <summary>The text without what is code: links and headings in it are none.</summary>
    public string Prose => InlineCode().Replace(Fence().Replace(Text, match => new string('\n', match.Value.Count(letter => letter == '\n'))), "");

    /// <summary>What links to headings of this page may name, as web sites for Git make it: GitHub, GitLab and others agree for plain headings.</summary>
    public IReadOnlySet<string> Anchors()
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (var heading in Heading().Matches(Fence().Replace(Text, "")).Select(match => match.Groups["text"].Value))
        {
            var kept = heading.ToLowerInvariant().Where(letter => char.IsLetterOrDigit(letter) || letter is ' ' or '-' or '_');
            var anchor = string.Concat(kept).Replace(' ', '-');
            for (var number = 1; !anchors.Add(anchor); number++)
            {
                anchor = $"{anchor}-{number}";
            }
        }

        return anchors;
    }

    /// <summary>The targets of links and pictures, with the line of each.</summary>
    public IEnumerable<(string Target, int Line)> Links()
    {
        var prose = Prose;
        return Link().Matches(prose).Select(match => (match.Groups["target"].Value, 1 + prose[..match.Index].Count(letter => letter == '\n')));
    }

    /// <summary>What the page types into a shell: its blocks, and the code inside its sentences.</summary>
    public IEnumerable<string> ShellExamples() =>
        Blocks.Where(block => block.Language == "sh").Select(block => block.Code).Concat(InlineCode().Matches(Fence().Replace(Text, "")).Select(match => match.Value.Trim('`')));

    public override string ToString() => Name;

    private static IEnumerable<CodeBlock> ReadBlocks(string text) => Fence().Matches(text).Select(match => new CodeBlock(
        match.Groups["language"].Value,
        match.Groups["code"].Value,
        text[..match.Index].Count(letter => letter == '\n') + 2));

    [GeneratedRegex("^```(?<language>[^\n]*)\n(?<code>.*?)^```[^\n]*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex InlineCode();

    [GeneratedRegex("^#{1,6} (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("""\]\((?<target>[^)\s]+)\)|(?:src|srcset|href)="(?<target>[^"]+)"|^\[[^\]]+\]: (?<target>\S+)""", RegexOptions.Multiline)]
    private static partial Regex Link();
}
