namespace DurableQueue;

/// <summary>
/// Whose budget it is: one group, one type or one value of a metadata key; or each one of them that has no budget of its own, every one counted by
/// itself.
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

    /// <summary>What it is for.</summary>
    public BudgetScope Scope { get; }

    /// <summary>The metadata key; <see langword="null"/> for groups and types.</summary>
    public string? Key { get; }

    /// <summary>The group, the type or the value; <see langword="null"/> for a default.</summary>
    public string? Name { get; }

    /// <summary>It is the default of its kind.</summary>
    public bool IsDefault => Name is null;

    /// <summary>One group.</summary>
    /// <param name="name">Need not exist yet; characters as in <see cref="NewTask.Group"/>.</param>
    public static BudgetTarget Group(string name) => new(BudgetScope.Group, null, NotNull(name));

    /// <summary>One task type, in all groups.</summary>
    /// <param name="name">Characters as in <see cref="NewTask.Type"/>.</param>
    public static BudgetTarget Type(string name) => new(BudgetScope.Type, null, NotNull(name));

    /// <summary>The default for the values of a metadata key; tasks without the key have no such budget.</summary>
    /// <param name="key">1 to 128 characters.</param>
    public static BudgetTarget EveryValue(string key) => new(BudgetScope.Metadata, NotNull(key), null);

    /// <summary>One value of a metadata key.</summary>
    /// <param name="key">1 to 128 characters.</param>
    /// <param name="value">At most 4,096 characters.</param>
    public static BudgetTarget Value(string key, string value) => new(BudgetScope.Metadata, NotNull(key), NotNull(value));

    /// <summary>In words, such as <c>group mail</c> or <c>tenant=acme</c>.</summary>
    public override string ToString() => Scope switch
    {
        BudgetScope.Metadata => IsDefault ? $"every {Key}" : $"{Key}={Name}",
        BudgetScope.Group => IsDefault ? "every group" : $"group {Name}",
        _ => IsDefault ? "every type" : $"type {Name}",
    };

    private static string NotNull(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }
}
