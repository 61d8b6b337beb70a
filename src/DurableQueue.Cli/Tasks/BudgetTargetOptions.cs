using System.CommandLine;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>The options that select a budget.</summary>
internal sealed class BudgetTargetOptions
{
    private readonly Option<string?> group = Values.Group("The budget of this group.");
    private readonly Option<string?> type = Values.Text("--type", "The budget of this type, in all groups.", "TYPE");
    private readonly Option<string?> metadata = Values.Metadata("The budget of tasks with this metadata; without a value, each value has its own.");
    private readonly Option<string?> command = Values.CommandPattern("The budget of the commands whose text matches; '*' stands for any characters: '*claude -p*'.");
    private readonly Option<bool> everyGroup = Values.Flag("--every-group", "The default for each group without a budget of its own.");
    private readonly Option<bool> everyType = Values.Flag("--every-type", "The default for each type without a budget of its own.");

    public IReadOnlyList<Symbol> Symbols => [group, type, metadata, command, everyGroup, everyType];

    /// <exception cref="CliException">None is given, or several.</exception>
    public BudgetTarget Require(DqInvocation invocation) =>
        Read(invocation) ?? throw CliException.BadInput("Select a budget with --group, --type, --meta, --command, --every-group or --every-type.");

    /// <returns><see langword="null"/> if none is given.</returns>
    /// <exception cref="CliException">Several are given.</exception>
    public BudgetTarget? Read(DqInvocation invocation)
    {
        var given = new List<BudgetTarget>();
        if (invocation.Get(group) is { } groupName)
        {
            given.Add(BudgetTarget.Group(groupName));
        }

        if (invocation.Get(type) is { } typeName)
        {
            given.Add(BudgetTarget.Type(typeName));
        }

        if (invocation.Get(metadata) is { } text)
        {
            var (key, value) = Values.ReadMetadata(text);
            given.Add(value is null ? BudgetTarget.EveryValue(key) : BudgetTarget.Value(key, value));
        }

        if (invocation.Get(command) is { } pattern)
        {
            given.Add(BudgetTarget.Command(pattern));
        }

        if (invocation.Get(everyGroup))
        {
            given.Add(BudgetTarget.EveryGroup);
        }

        if (invocation.Get(everyType))
        {
            given.Add(BudgetTarget.EveryType);
        }

        return given.Count <= 1 ? given.FirstOrDefault() : throw CliException.BadInput("Give only one of --group, --type, --meta, --command, --every-group and --every-type.");
    }
}
