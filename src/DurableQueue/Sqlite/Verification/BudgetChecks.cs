namespace DurableQueue.Sqlite.Verification;

/// <summary>What usage counters have counted, what is reserved on them, which tasks wait for them, and which groups they close.</summary>
internal static class BudgetChecks
{
    private const string SelectNoState =
        "SELECT 'budget.state', 'the queue', 'no row', 'one row' WHERE NOT EXISTS (SELECT 1 FROM budget_state WHERE id = 1)";

    /// <summary>A version that no queue has read yet. Where the marks are wrong, they only cost a query.</summary>
    private const string InsertState = "INSERT INTO budget_state (id, version, estimates, charges) VALUES (1, @now, 1, 1)";

    private const string Place = $"CASE m.kind WHEN {BudgetScopeCode.Group} THEN 'group ' || m.name WHEN {BudgetScopeCode.Type} THEN 'type ' || m.name ELSE 'usage counter ' || m.id END";

    private const string SelectEntries =
        """
        SELECT 'budget.entry', 'usage counter ' || meter_id, count(*) || ' rows', 'none'
        FROM budget_entry WHERE meter_id NOT IN (SELECT id FROM budget_meter) GROUP BY meter_id
        UNION ALL
        SELECT 'budget.recent', 'usage counter ' || meter_id, count(*) || ' rows', 'none'
        FROM budget_recent WHERE meter_id NOT IN (SELECT id FROM budget_meter) GROUP BY meter_id
        """;

    private const string DeleteEntries = "DELETE FROM budget_entry WHERE meter_id NOT IN (SELECT id FROM budget_meter)";

    private const string DeleteRecent = "DELETE FROM budget_recent WHERE meter_id NOT IN (SELECT id FROM budget_meter)";

    private const string SelectOfTasks =
        """
        SELECT 'budget.estimate', 'task ' || task_id, 'a row', 'none' FROM budget_estimate WHERE task_id NOT IN (SELECT id FROM task)
        UNION ALL
        SELECT 'budget.charge', 'task ' || task_id, count(*) || ' rows', 'none'
        FROM budget_charge WHERE task_id NOT IN (SELECT id FROM task) GROUP BY task_id
        """;

    private const string DeleteEstimates = "DELETE FROM budget_estimate WHERE task_id NOT IN (SELECT id FROM task)";

    private const string DeleteCharges = "DELETE FROM budget_charge WHERE task_id NOT IN (SELECT id FROM task)";

    /// <summary>Only a running attempt has something reserved.</summary>
    private const string StrayReservations =
        $"""
        budget_reservation WHERE meter_id NOT IN (SELECT id FROM budget_meter)
          OR NOT EXISTS (SELECT 1 FROM task t WHERE t.id = budget_reservation.task_id AND t.state = {TaskStateCode.CheckedOut} AND t.token = budget_reservation.token)
        """;

    private const string SelectReservations = $"SELECT 'budget.reservation', 'task ' || task_id, amount, 'none' FROM {StrayReservations}";

    private const string DeleteReservations = $"DELETE FROM {StrayReservations}";

    /// <summary>A hold without its row has been removed before this check.</summary>
    private const string StrayParked =
        $"""
        budget_parked WHERE meter_id NOT IN (SELECT id FROM budget_meter)
          OR NOT EXISTS (SELECT 1 FROM task t WHERE t.id = budget_parked.task_id AND t.state = {TaskStateCode.Queued} AND t.holds & {HoldCode.Budget})
        """;

    private const string SelectParked = $"SELECT 'budget.parked', 'task ' || task_id, 'a row', 'none' FROM {StrayParked}";

    private const string LiftHolds =
        $"UPDATE task SET holds = holds & ~{HoldCode.Budget} WHERE holds & {HoldCode.Budget} AND id IN (SELECT task_id FROM budget_parked WHERE meter_id NOT IN (SELECT id FROM budget_meter))";

    private const string DeleteParked = $"DELETE FROM {StrayParked}";

    private const string WrongPlaces =
        "(SELECT k.task_id, t.rank, t.position FROM budget_parked k JOIN task t ON t.id = k.task_id WHERE (k.rank, k.position) <> (t.rank, t.position))";

    private const string SelectPlaces = $"SELECT 'budget.parked_place', 'task ' || task_id, 'another place', 'that of the task' FROM {WrongPlaces}";

    private const string FixPlaces =
        $"UPDATE budget_parked SET rank = wrong.rank, position = wrong.position FROM {WrongPlaces} AS wrong WHERE wrong.task_id = budget_parked.task_id";

    private const string RightTotal =
        """
        ((SELECT coalesce(sum(e.amount), 0) FROM budget_entry e WHERE e.meter_id = m.id AND e.at_ms >= m.from_ms)
         + (SELECT coalesce(sum(r.amount), 0) FROM budget_recent r WHERE r.meter_id = m.id AND r.at_ms >= m.from_ms))
        """;

    private const string SelectTotal = $"SELECT 'budget.total', {Place}, m.total, {RightTotal} FROM budget_meter m WHERE m.total <> {RightTotal}";

    private const string FixTotal = $"UPDATE budget_meter AS m SET total = {RightTotal} WHERE m.total <> {RightTotal}";

    private const string RightReserved = "(SELECT coalesce(sum(r.amount), 0) FROM budget_reservation r WHERE r.meter_id = m.id)";

    private const string SelectReserved =
        $"SELECT 'budget.reserved', {Place}, m.reserved, {RightReserved} FROM budget_meter m WHERE m.reserved <> {RightReserved}";

    private const string FixReserved = $"UPDATE budget_meter AS m SET reserved = {RightReserved} WHERE m.reserved <> {RightReserved}";

    /// <summary>Tasks wait for it, but it would never be reviewed.</summary>
    private const string NeedsDue = "m.due_at_ms IS NULL AND (m.closed = 1 OR EXISTS (SELECT 1 FROM budget_parked k WHERE k.meter_id = m.id))";

    private const string SelectDue = $"SELECT 'budget.due', {Place}, 'none', 'a time' FROM budget_meter m WHERE {NeedsDue}";

    private const string FixDue = $"UPDATE budget_meter AS m SET due_at_ms = @now WHERE {NeedsDue}";

    private const string RightOverBudget = $"EXISTS (SELECT 1 FROM budget_meter m WHERE m.closed = 1 AND m.kind = {BudgetScopeCode.Group} AND m.name = g.name)";

    private const string SelectOverBudget =
        $"SELECT 'group.over_budget', 'group ' || g.name, g.over_budget, {RightOverBudget} FROM task_group g WHERE g.over_budget <> {RightOverBudget}";

    private const string FixOverBudget = $"UPDATE task_group AS g SET over_budget = {RightOverBudget} WHERE g.over_budget <> {RightOverBudget}";

    public static readonly ConsistencyCheck[] All =
    [
        new(SelectNoState, InsertState),
        new(SelectEntries, DeleteEntries, DeleteRecent),
        new(SelectOfTasks, DeleteEstimates, DeleteCharges),
        new(SelectReservations, DeleteReservations),
        new(SelectParked, LiftHolds, DeleteParked),
        new(SelectPlaces, FixPlaces),
        new(SelectTotal, FixTotal),
        new(SelectReserved, FixReserved),
        new(SelectDue, FixDue),
        new(SelectOverBudget, FixOverBudget),
    ];
}
