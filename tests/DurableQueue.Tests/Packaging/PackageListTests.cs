using System.Text.Json;
using System.Text.RegularExpressions;
using DurableQueue.Tests.Documentation;
using Xunit;

namespace DurableQueue.Tests.Packaging;

/// <summary>docs/packages.md lists what an application gets: compared with what the restore of each package found.</summary>
public sealed partial class PackageListTests
{
    private static readonly string Page = ManualPage.All.Single(page => page.Name == "docs/packages.md").Text;

    [Fact]
    public void Core_Restored_ComesWithThePackagesOfThePage()
    {
        var assets = Assets("DurableQueue");
        var packages = assets.GetProperty("targets").EnumerateObject().Single().Value.EnumerateObject()
            .ToDictionary(package => package.Name.Split('/')[0], StringComparer.Ordinal);
        var restored = new SortedSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(Direct(assets));
        while (open.TryPop(out var name))
        {
            if (restored.Add(packages[name].Name) && packages[name].Value.TryGetProperty("dependencies", out var needed))
            {
                foreach (var dependency in needed.EnumerateObject())
                {
                    open.Push(dependency.Name);
                }
            }
        }

        var listed = VersionRow().Matches(Page).Select(row => $"{row.Groups["name"].Value}/{row.Groups["version"].Value}").Order(StringComparer.Ordinal);
        Assert.Equal(restored, listed);
        Assert.Contains($"\n{restored.Count} packages,", Page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DurableQueue.Processes")]
    [InlineData("DurableQueue.Testing")]
    [InlineData("DurableQueue.Mcp")]
    [InlineData("DurableQueue.Dashboard")]
    [InlineData("DurableQueue.Cli")]
    public void Package_Restored_NeedsWhatThePageSays(string package)
    {
        var listed = NeedRow().Matches(Page).Where(row => row.Groups["package"].Value == package).Select(row => row.Groups["name"].Value);

        Assert.Equal(Direct(Assets(package)).Order(StringComparer.Ordinal), listed);
    }

    private static JsonElement Assets(string project)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(RepositoryRoot.File("src", project, "obj", "project.assets.json")));
        return file.RootElement.Clone();
    }

    /// <summary>Those that a package asks for by name: not what only its build uses.</summary>
    private static IEnumerable<string> Direct(JsonElement assets) =>
        assets.GetProperty("project").GetProperty("frameworks").EnumerateObject().Single().Value.GetProperty("dependencies").EnumerateObject()
            .Where(dependency => !dependency.Value.TryGetProperty("suppressParent", out _))
            .Select(dependency => dependency.Name);

    [GeneratedRegex(@"^\| (?<name>[\w.]+) \| (?<version>[\d.]+) \|", RegexOptions.Multiline)]
    private static partial Regex VersionRow();

    [GeneratedRegex(@"^\| (?<package>DurableQueue\.\w+) \| (?<name>[\w.]+) \|", RegexOptions.Multiline)]
    private static partial Regex NeedRow();
}
