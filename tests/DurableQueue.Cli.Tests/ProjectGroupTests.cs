using System.Text.RegularExpressions;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>The group of a repository: <c>--project</c> and the setting <c>group</c>.</summary>
public sealed class ProjectGroupTests : DqTest
{
    [Fact]
    public async Task Project_AnywhereInTheRepository_IsOneReadableGroup()
    {
        await Box.ShellAsync("mkdir -p site/.git site/src/deep; ln -s site link");

        var groups = new List<string>();
        foreach (var directory in new[] { "site", "site/src/deep", "link/src" })
        {
            groups.Add(await GroupAsync($"cd {directory}; dq add --print-id --project true"));
        }

        groups.Add(await GroupAsync("dq add --print-id --project -w site/src true"));
        Assert.Matches("^site-[0-9a-f]{8}$", Assert.Single(groups.Distinct()));
    }

    [Fact]
    public async Task Project_RepositoriesOfTheSameName_HaveGroupsOfTheirOwn()
    {
        await Box.ShellAsync("mkdir -p a/site/.git b/site/.git b/site/sub; echo gitdir: elsewhere > b/site/sub/.git");

        var groups = new[] { await GroupAsync("cd a/site; dq add --print-id --project true"), await GroupAsync("cd b/site; dq add --print-id --project true") };
        var worktree = await GroupAsync("cd b/site/sub; dq add --print-id --project true");

        Assert.All(groups, group => Assert.StartsWith("site-", group, StringComparison.Ordinal));
        Assert.NotEqual(groups[0], groups[1]);
        Assert.StartsWith("sub-", worktree, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("my project (2)", "^my-project--2-[0-9a-f]{8}$")]
    [InlineData("研究", "^project-[0-9a-f]{8}$")]
    [InlineData(".dotfiles_1", "^\\.dotfiles_1-[0-9a-f]{8}$")]
    public async Task Project_AnyFolderName_IsALegalGroup(string folder, string expected)
    {
        Directory.CreateDirectory(Path.Combine(Box.Folder, folder, ".git"));

        Assert.Matches(expected, await GroupAsync($"cd '{folder}'; dq add --print-id --project true"));
    }

    [Fact]
    public async Task Project_OutsideARepository_IsRefused()
    {
        var result = await Box.RunAsync("add", "--project", "true");
        var both = await Box.RunAsync("add", "--project", "-g", "ml", "true");

        Assert.Equal((1, 1), (result.ExitCode, both.ExitCode));
        Assert.Contains($"--project: {Box.Folder} is not in a repository", result.Err, StringComparison.Ordinal);
        Assert.Contains("--group and --project both name a group", both.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GroupSetting_IsForTasksThatNameNone()
    {
        await Box.ShellAsync("mkdir -p site/.git");
        using var file = new SettingsFile(Box, "group = \"project\"");
        var graph = await Box.WriteAsync("graph.yaml", "tasks: { a: { cmd: 'true' } }");

        Assert.Matches("^site-", await GroupAsync("cd site; dq add --print-id true"));
        Assert.Equal("default", await GroupAsync("dq add --print-id true"));
        Assert.Equal("ml", await GroupAsync("cd site; dq add --print-id -g ml true"));
        Assert.Matches("^site-", Assert.Single((await Box.ShellAsync($"cd site; dq dag submit {graph}")).Json.GetProperty("width_per_group").EnumerateObject()).Name);
        file.Write("group = \"batch\"");
        Assert.Equal("batch", await GroupAsync("cd site; dq add --print-id true"));
        file.Write("group = \"no blanks\"");
        Assert.Contains("'group' must be the name of a group, or \"project\"", (await Box.RunAsync("add", "true")).Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schedule_Project_IsTheGroupOfItsTasks()
    {
        await Box.ShellAsync("mkdir -p site/.git; cd site; dq schedule add s '@every 1h' --project true; dq schedule run s");

        Assert.Matches(new Regex("^site-"), (await Box.DoAsync("status", "--json", "limit 1")).Json.GetProperty("tasks")[0].GetProperty("group").GetString()!);
    }

    private async Task<string> GroupAsync(string line)
    {
        var added = await Box.ShellAsync(line);
        Assert.True(added.ExitCode == 0, $"{line}\n{added}");
        return (await Box.TaskAsync(long.Parse(added.Out.Trim(), System.Globalization.CultureInfo.InvariantCulture))).GetProperty("group").GetString()!;
    }
}
