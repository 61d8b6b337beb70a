namespace DurableQueue;

/// <summary>
/// What a budget is for: one group, one type, one value of a metadata key, or the commands that match a pattern. A default applies to each of them that has no budget of its own; each is counted
/// separately.
/// </summary>
public sealed record BudgetTarget
{
    private BudgetTarget(BudgetScope scope, string? key, string? name)
    {
        Scope = scope;
        Key = key;
        Name = name;
    }

    /// <summary>The default for groups.</summary>
    public static BudgetTarget EveryGroup { get; } = new(BudgetScope.Group, null, null);

    /// <summary>The default for types.</summary>
    public static BudgetTarget EveryType { get; } = new(BudgetScope.Type, null, null);

    /// <summary>The kind of target.</summary>
    public BudgetScope Scope { get; }

    /// <summary>The metadata key; <see langword="null"/> for groups, types and commands.</summary>
    public string? Key { get; }

    /// <summary>The group, type, metadata value or pattern; <see langword="null"/> for a default.</summary>
    public string? Name { get; }

    /// <summary>Whether this is a default.</summary>
    public bool IsDefault => Name is null;

    /// <summary>Targets one group.</summary>
    /// <param name="name">The group, which need not exist yet.</param>
    public static BudgetTarget Group(string name) => new(BudgetScope.Group, null, NotNull(name));

    /// <summary>Targets one task type, in all groups.</summary>
    /// <param name="name">The task type.</param>
    public static BudgetTarget Type(string name) => new(BudgetScope.Type, null, NotNull(name));

    /// <summary>Targets every value of a metadata key that has no budget of its own. Tasks without the key are not affected.</summary>
    /// <param name="key">The key, 1 to 128 characters.</param>
    public static BudgetTarget EveryValue(string key) => new(BudgetScope.Metadata, NotNull(key), null);

    /// <summary>Targets one value of a metadata key.</summary>
    /// <param name="key">The key, 1 to 128 characters.</param>
    /// <param name="value">The value, at most 4,096 characters.</param>
    public static BudgetTarget Value(string key, string value) => new(BudgetScope.Metadata, NotNull(key), NotNull(value));

    /// <summary>
    /// Targets the commands whose text matches a pattern; they are counted together. A command counts on each pattern that it matches.
    /// </summary>
    /// <param name="pattern">The text of the command as it was written, where <c>*</c> stands for any characters, as in <see cref="ApprovalGate.Command"/>.</param>
    public static BudgetTarget Command(string pattern) => new(BudgetScope.Command, null, NotNull(pattern));

    /// <summary>Describes the target, such as <c>group mail</c> or <c>tenant=acme</c>.</summary>
    public override string ToString() => Scope switch
    {
        BudgetScope.Metadata => IsDefault ? $"every {Key}" : $"{Key}={Name}",
        BudgetScope.Command => $"command {Name}",
        BudgetScope.Group => IsDefault ? "every group" : $"group {Name}",
        _ => IsDefault ? "every type" : $"type {Name}",
    };

    private static string NotNull(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }
}
