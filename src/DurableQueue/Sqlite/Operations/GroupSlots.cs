namespace DurableQueue.Sqlite.Operations;

/// <summary>Marks attempts as adopted, and numbers those that run in a group: each gets the lowest number that is free.</summary>
internal static class GroupSlots
{
    // As many rows as such attempts run in the group now.
    private const string SelectTaken =
        $"""
        SELECT t.slot FROM lane l INDEXED BY lane_of_group JOIN task t INDEXED BY task_adopted ON t.lane_id = l.id
        WHERE l.group_id = @group AND t.state = {TaskStateCode.CheckedOut} AND t.adopted = 1
        """;

    private const string Adopt = "UPDATE task SET adopted = 1, attempt_token = token, slot = @slot WHERE id = @id";

    /// <param name="context">In whose transaction they were claimed.</param>
    /// <param name="group">Their group.</param>
    /// <param name="tasks">What was checked out; each gets its slot.</param>
    /// <param name="first">Where those of this group begin; they are the rest of the list.</param>
    public static void Assign(WriteContext context, GroupState group, List<LeasedTask> tasks, int first)
    {
        var taken = new HashSet<long>();
        var select = context.Db[SelectTaken].Bind("@group", group.Id);
        while (select.Step())
        {
            if (select.NullableLong(0) is { } slot)
            {
                taken.Add(slot);
            }
        }

        var next = 0;
        for (var i = first; i < tasks.Count; i++)
        {
            while (!taken.Add(next))
            {
                next++;
            }

            context.Db[Adopt].Bind("@id", tasks[i].Id.Value).Bind("@slot", next).Run();
            tasks[i] = tasks[i] with { Slot = next };
        }
    }
}
