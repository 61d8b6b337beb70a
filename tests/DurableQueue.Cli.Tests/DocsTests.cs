using System.Text.RegularExpressions;
using DurableQueue.Tests.Documentation;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>The pages say what the tool does: no command, option or schema is missing, and what a table names exists.</summary>
public sealed partial class DocsTests : DqTest
{
    [Fact]
    public async Task Manual_NamesEveryCommandAndOption()
    {
        var manual = await File.ReadAllTextAsync(RepositoryRoot.File("docs", "cli.md"));
        var commands = Commands().Matches(Section((await Box.DoAsync("--help")).Out, "Commands:")).Select(match => match.Groups["name"].Value).ToList();
        Assert.True(commands.Count > 25, string.Join(' ', commands));
        foreach (var command in commands)
        {
            Assert.Matches($@"\b{command}\b", manual);
            var options = Options().Matches(Section((await Box.DoAsync(command, "--help")).Out, "Options:")).Select(match => match.Value).Where(option => option is not "--help").Distinct();
            Assert.All(options, option => Assert.True(manual.Contains(option, StringComparison.Ordinal), $"dq {command} {option} is not in docs/cli.md"));
        }
    }

    [Fact]
    public async Task JsonPage_NamesEverySchema()
    {
        var page = await File.ReadAllTextAsync(RepositoryRoot.File("docs", "cli-json.md"));

        Assert.All(
            Directory.GetFiles(RepositoryRoot.File("docs", "schema")).Select(Path.GetFileName), file => Assert.Contains($"schema/{file}", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task PueuePage_EveryRow_NamesAScenarioThatIsATest()
    {
        var page = await File.ReadAllTextAsync(RepositoryRoot.File("docs", "from-pueue.md"));
        var tests = typeof(DocsTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods().Where(method => method.IsDefined(typeof(FactAttribute), inherit: true)).Select(method => $"{type.Name}.{method.Name}"))
            .ToHashSet(StringComparer.Ordinal);

        var rows = page.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.EndsWith("| scenario |", StringComparison.Ordinal)).ToList();
        Assert.True(rows.Count > 120, $"{rows.Count} rows");
        Assert.All(rows, row =>
        {
            var scenario = row.Split('|')[^2].Trim();
            Assert.True(scenario == "not needed" || tests.Contains(scenario.Trim('`')), $"there is no test {scenario}: {row}");
        });
    }

    [Fact]
    public async Task Pages_Examples_NameCommandsAndOptionsThatExist()
    {
        var help = new Dictionary<string, string>(StringComparer.Ordinal) { [""] = (await Box.DoAsync("--help")).Out };
        var examples = ManualPage.All.SelectMany(page => page.ShellExamples().SelectMany(text => Calls().Matches(WithoutQuotesAndComments(text)))
            .Select(match => (page, words: match.Groups["words"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)))).ToList();
        Assert.InRange(examples.Count, 50, int.MaxValue);
        foreach (var (page, words) in examples)
        {
            var command = "";
            foreach (var word in words.SkipWhile(word => word == "--queue" || word.EndsWith(".db", StringComparison.Ordinal)).Take(2).TakeWhile(word => IsCommand(help[command], word)))
            {
                command = $"{command} {word}".TrimStart();
                if (!help.ContainsKey(command))
                {
                    help[command] = (await Box.DoAsync([.. command.Split(' '), "--help"])).Out;
                }
            }

            Assert.True(command.Length > 0 || words is ["--help" or "--version", ..], $"{page}: there is no 'dq {string.Join(' ', words)}'");
            var options = words.TakeWhile(word => word != "--").Select(word => Options().Match(word).Value).Where(option => option.Length > 0);
            Assert.All(options, option => Assert.True(help[command].Contains(option, StringComparison.Ordinal), $"{page}: there is no 'dq {command} {option}'"));
        }
    }

    private static bool IsCommand(string help, string word) => Commands().Matches(Section(help, "Commands:")).Any(match => match.Groups["name"].Value == word || match.Groups["alias"].Value == word);

    private static string WithoutQuotesAndComments(string text) => Quoted().Replace(text, "''");

    private static string Section(string help, string title) => help.Contains(title, StringComparison.Ordinal) ? help[help.IndexOf(title, StringComparison.Ordinal)..].Split("\n\n")[0] : "";

    [GeneratedRegex(@"^  (?<name>[a-z]+)(?:, (?<alias>[a-z]+))?", RegexOptions.Multiline)]
    private static partial Regex Commands();

    [GeneratedRegex(@"(?<![\w./-])dq (?<words>[^\n&|;)`]*)")]
    private static partial Regex Calls();

    [GeneratedRegex("""'[^']*'|"[^"]*"|(?<=\s|^)#[^\n]*""", RegexOptions.Multiline)]
    private static partial Regex Quoted();

    [GeneratedRegex("--[a-z][a-z-]+")]
    private static partial Regex Options();
}
