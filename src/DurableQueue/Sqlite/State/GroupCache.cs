using DurableQueue.Groups;

namespace DurableQueue.Sqlite;

/// <summary>The groups that the current batch, or an earlier one since the last foreign commit, has touched.</summary>
internal sealed class GroupCache(WriteConnection db)
{
    private readonly Dictionary<long, GroupState> byId = [];
    private readonly Dictionary<string, GroupState> byName = [];
    private readonly List<GroupState> dirty = [];
    private readonly List<GroupState> toggled = [];

    private const string SelectById =
        """
        SELECT id, name, parallelism, paused, pause_on_failure, removed, queued, ready, scheduled, running, waiting, done, failed, cancelled, over_budget,
               configured
        FROM task_group WHERE id = @id
        """;

    private const string SelectByName =
        """
        SELECT id, name, parallelism, paused, pause_on_failure, removed, queued, ready, scheduled, running, waiting, done, failed, cancelled, over_budget,
               configured
        FROM task_group WHERE name = @name
        """;

    private const string Insert = "INSERT INTO task_group (name, parallelism) VALUES (@name, @parallelism)";

    private const string Update =
        """
        UPDATE task_group
        SET parallelism = @parallelism, paused = @paused, pause_on_failure = @pauseOnFailure, removed = @removed, configured = @configured,
            queued = @queued, ready = @ready, scheduled = @scheduled, running = @running, waiting = @waiting, done = @done, failed = @failed, cancelled = @cancelled
        WHERE id = @id
        """;

    // What is held is counted apart from the rest, which is written at every checkout.
    private const string AddHeld =
        """
        INSERT INTO task_group_held (group_id, blocked, stashed, awaiting_approval, held_by_budget)
        VALUES (@id, @blocked, @stashed, @awaitingApproval, @heldByBudget)
        ON CONFLICT (group_id) DO UPDATE SET blocked = blocked + excluded.blocked, stashed = stashed + excluded.stashed,
          awaiting_approval = awaiting_approval + excluded.awaiting_approval, held_by_budget = held_by_budget + excluded.held_by_budget
        """;

    // Apart from the rest, which is written at every checkout.
    private const string UpdateOverBudget = "UPDATE task_group SET over_budget = @overBudget WHERE id = @id";

    /// <summary>The limits of groups that are made here.</summary>
    public NewGroupLimits NewGroups { get; set; } = NewGroupLimits.None;

    public GroupState ById(long id) =>
        byId.TryGetValue(id, out var group) ? group : Load(db[SelectById].Bind("@id", id)) ?? throw SqliteErrors.Missing("group", id);

    /// <summary>The group, or <see langword="null"/> if it does not exist or was removed.</summary>
    public GroupState? Find(string name) => FindRow(name) is { Removed: false } group ? group : null;

    /// <summary>The group; throws if it does not exist.</summary>
    public GroupState Require(string name) => Find(name) ?? throw new GroupNotFoundException(name);

    /// <summary>The group, made if it does not exist. One that was removed comes back with its settings.</summary>
    public GroupState Ensure(string name)
    {
        var group = FindRow(name);
        if (group is null)
        {
            db[Insert].Bind("@name", name).Bind("@parallelism", (long)NewGroups.Of(name)).Run();
            group = FindRow(name)!;
        }

        if (group.Removed)
        {
            group.SetRemoved(false);
        }

        return group;
    }

    /// <summary>Opens or closes the group for its budget.</summary>
    public void SetOverBudget(GroupState group, bool overBudget)
    {
        if (group.OverBudget != overBudget)
        {
            group.SetOverBudget(overBudget);
            db[UpdateOverBudget].Bind("@id", group.Id).Bind("@overBudget", overBudget).Run();
        }
    }

    public void MarkDirty(GroupState group) => dirty.Add(group);

    public void MarkToggled(GroupState group)
    {
        if (!group.Toggled)
        {
            group.Toggled = true;
            toggled.Add(group);
        }
    }

    /// <summary>Groups that may have opened or closed since the last call.</summary>
    public void TakeToggled(Action<GroupState> openOrClose)
    {
        foreach (var group in toggled)
        {
            group.Toggled = false;
            if (group.IsOpen != group.StoredOpen || group.OverBudget != group.StoredOverBudget)
            {
                openOrClose(group);
            }
        }

        toggled.Clear();
    }

    public void WriteDirty()
    {
        foreach (var group in dirty)
        {
            group.Write(db[Update]);
            if (group.HasHeldChanges)
            {
                group.WriteHeld(db[AddHeld]);
            }
        }

        dirty.Clear();
    }

    public void Forget()
    {
        byId.Clear();
        byName.Clear();
        dirty.Clear();
        toggled.Clear();
    }

    /// <summary>The group's row, also of one that was removed.</summary>
    public GroupState? FindRow(string name) =>
        byName.TryGetValue(name, out var group) ? group : Load(db[SelectByName].Bind("@name", name));

    private GroupState? Load(Statement select)
    {
        if (!select.Step())
        {
            return null;
        }

        var group = new GroupState(this, select);
        select.Reset();
        return group.Name is not null && byId.TryAdd(group.Id, group) && byName.TryAdd(group.Name, group)
            ? group
            : throw SqliteErrors.Contradiction($"group {group.Id} has two names, or none");
    }
}
