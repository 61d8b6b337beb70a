using System.Text.RegularExpressions;
using Xunit;

namespace DurableQueue.Tests.Documentation;

/// <summary>Tests that a page names as its proof exist.</summary>
public sealed partial class NamedTestsTests
{
    [Fact]
    public void TestsNamedByAPage_Exist()
    {
        var sources = string.Concat(Directory.EnumerateFiles(RepositoryRoot.File("tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var named = ManualPage.All.Where(page => page.Name != "CHANGELOG.md").SelectMany(page => Names().Matches(page.Text).Select(match => (page, name: match.Value))).ToList();

        var missing = named.Where(test => !sources.Contains(test.name, StringComparison.Ordinal)).Select(test => $"{test.page}: there is no test {test.name}").ToList();

        Assert.InRange(named.Count, 200, int.MaxValue);
        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    /// <summary>A class of tests, or a test by its whole name or the beginning of it: <c>Write_FileReplaced_…</c>.</summary>
    [GeneratedRegex(@"(?<=`[\w.…, ]*\b)(?:[A-Z]\w+(?:Tests|Conformance)\b(?!\.cs)|[A-Z][a-z][A-Za-z0-9]*_[A-Z]\w+)")]
    private static partial Regex Names();
}
