using Xunit;

namespace DurableQueue.Tests.Documentation;

/// <summary>Every link of the README, of docs and of the packages' pages leads somewhere, and the index of docs leaves nothing out.</summary>
public sealed class LinkTests
{
    private static readonly Dictionary<string, ManualPage> Pages = ManualPage.All.ToDictionary(page => page.FullPath, StringComparer.Ordinal);

    [Fact]
    public void Links_OfEveryPage_Resolve()
    {
        var links = ManualPage.All.SelectMany(page => page.Links().Where(link => !IsAbsolute(link.Target)).Select(link => (page, link.Target, link.Line))).ToList();

        var broken = links.Where(link => !Resolves(link.page, link.Target)).Select(link => $"{link.page}:{link.Line}: nothing is at '{link.Target}'").ToList();

        Assert.InRange(links.Count, 100, int.MaxValue);
        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Fact]
    public void Index_LinksEveryPageOfTheManual()
    {
        var index = Pages[RepositoryRoot.File("docs", "README.md")];
        var listed = index.Links().Select(link => Locate(index, link.Target).Path).ToHashSet(StringComparer.Ordinal);

        var missing = ManualPage.All.Where(page => page != index && page.Name.StartsWith("docs/", StringComparison.Ordinal) && !listed.Contains(page.FullPath)).ToList();

        Assert.True(missing.Count == 0, $"docs/README.md does not link {string.Join(", ", missing)}");
    }

    [Fact]
    public void Decisions_AreNumberedWithoutGapsAndByTheirTitles()
    {
        var pages = ManualPage.All.Where(page => page.Name.StartsWith("docs/decisions/", StringComparison.Ordinal)).ToList();

        Assert.All(pages.Index(), found =>
        {
            var number = (found.Index + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
            Assert.StartsWith($"docs/decisions/{number.PadLeft(4, '0')}-", found.Item.Name, StringComparison.Ordinal);
            Assert.StartsWith($"# {number}. ", found.Item.Text, StringComparison.Ordinal);
        });
    }

    /// <summary>nuget.org shows the page of a package without the repository around it.</summary>
    [Fact]
    public void Links_OfPackagePages_AreAbsolute() =>
        Assert.All(ManualPage.OfPackages, page => Assert.DoesNotContain(page.Links(), link => !IsAbsolute(link.Target)));

    private static bool IsAbsolute(string target) =>
        target.StartsWith("https://", StringComparison.Ordinal) || target.StartsWith("http://", StringComparison.Ordinal);

    private static bool Resolves(ManualPage page, string target)
    {
        var (path, anchor) = Locate(page, target);
        return anchor is null
            ? File.Exists(path) || Directory.Exists(path)
            : Pages.TryGetValue(path, out var other) && other.Anchors().Contains(anchor);
    }

    private static (string Path, string? Anchor) Locate(ManualPage page, string target)
    {
        var parts = target.Split('#', 2);
        var path = parts[0].Length == 0 ? page.FullPath : Path.GetFullPath(parts[0], Path.GetDirectoryName(page.FullPath)!);
        return (path, parts.Length == 2 ? parts[1] : null);
    }
}
