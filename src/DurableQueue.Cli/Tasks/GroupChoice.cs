using System.CommandLine;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>The options that say in which group new tasks run, and with which limit.</summary>
/// <param name="group">The option with the name of the group.</param>
internal sealed class GroupChoice(Option<string?> group)
{
    public Option<string?> Group => group;

    public Option<bool> Project { get; } = Values.Flag("--project", "Run in the group of the repository that contains the working directory.");

    public Option<int?> Parallel { get; } = Values.Number(
        "--parallel", "Create the group with this limit: how many of its tasks run at once, 0 for no limit. If it exists with another one, nothing is added.");

    /// <param name="invocation">The options and settings.</param>
    /// <param name="directory">Where the tasks run.</param>
    /// <returns>The group that is asked for; <see langword="null"/> if none is.</returns>
    /// <exception cref="CliException">The options contradict each other, or there is no repository.</exception>
    public string? FindGiven(DqInvocation invocation, string directory)
    {
        if (!invocation.Get(Project))
        {
            return invocation.Get(group);
        }

        if (invocation.Has(group))
        {
            throw CliException.BadInput($"{group.Name} and --project both name a group; give one of them.");
        }

        return ProjectGroup.Of(directory) ?? throw CliException.BadInput($"--project: {directory} is not in a repository; there is no .git in it or above it.");
    }

    /// <summary>The group that is asked for, or that of the settings.</summary>
    /// <inheritdoc cref="FindGiven"/>
    public string Find(DqInvocation invocation, string directory) => FindGiven(invocation, directory) ?? OfSettings(invocation.Settings, directory);

    /// <summary>The group of tasks for which none is named.</summary>
    public static string OfSettings(Settings settings, string directory) => settings.Get(SettingKeys.Group) switch
    {
        SettingKeys.ProjectsGroup => ProjectGroup.Of(directory) ?? NewTask.DefaultGroup,
        var name => name,
    };

    /// <exception cref="CliException">The limit is not valid.</exception>
    public int? FindParallel(DqInvocation invocation) =>
        invocation.Get(Parallel) is < 0 ? throw CliException.BadInput("--parallel must not be negative.") : invocation.Get(Parallel);
}
