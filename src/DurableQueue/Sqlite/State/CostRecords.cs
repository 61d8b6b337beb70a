using DurableQueue.Budgets;

namespace DurableQueue.Sqlite;

/// <summary>The rows of what tasks are expected to cost, what running attempts have reserved of it, and what attempts were charged.</summary>
internal sealed class CostRecords(WriteConnection db, WriteClock clock)
{
    private const string SelectEstimate = "SELECT unit, amount FROM budget_estimate WHERE task_id = @id";

    private const string InsertEstimate = "INSERT INTO budget_estimate (task_id, unit, amount) VALUES (@id, @unit, @amount)";

    private const string DeleteEstimateSql = "DELETE FROM budget_estimate WHERE task_id = @id";

    private const string SelectReservations = "SELECT meter_id, token, amount FROM budget_reservation WHERE task_id = @id";

    private const string InsertReservation =
        "INSERT INTO budget_reservation (task_id, meter_id, token, amount) VALUES (@id, @meter, @token, @amount)";

    private const string UpdateReservation = "UPDATE budget_reservation SET amount = @amount WHERE task_id = @id AND meter_id = @meter";

    private const string MoveReservationsSql = "UPDATE budget_reservation SET token = @token WHERE task_id = @id";

    private const string MoveChargesSql = "UPDATE budget_charge SET token = @token WHERE task_id = @id AND token = @from";

    private const string DeleteReservationsSql = "DELETE FROM budget_reservation WHERE task_id = @id";

    private const string InsertCharge =
        """
        INSERT INTO budget_charge (task_id, token, key, unit, amount, tags, at_ms) VALUES (@id, @token, @key, @unit, @amount, @tags, @now)
        ON CONFLICT (task_id, token, key) DO NOTHING
        """;

    private const string SelectCharged = "SELECT EXISTS (SELECT 1 FROM budget_charge WHERE task_id = @id AND token = @token AND unit = @unit)";

    private const string DeleteChargesSql = "DELETE FROM budget_charge WHERE task_id = @id";

    public CostEstimate? FindEstimate(TaskId id)
    {
        var select = db[SelectEstimate].Bind("@id", id.Value);
        if (!select.Step())
        {
            return null;
        }

        var estimate = new CostEstimate(select.Text(0), select.Long(1));
        select.Reset();
        return estimate;
    }

    public void AddEstimate(TaskId id, string unit, long amount) => db[InsertEstimate].Bind("@id", id.Value).Bind("@unit", unit).Bind("@amount", amount).Run();

    public void DeleteEstimate(TaskId id) => db[DeleteEstimateSql].Bind("@id", id.Value).Run();

    public List<Reservation> ReservationsOf(TaskId id)
    {
        var found = new List<Reservation>();
        var select = db[SelectReservations].Bind("@id", id.Value);
        while (select.Step())
        {
            found.Add(new Reservation(select.Long(0), select.Long(1), select.Long(2)));
        }

        return found;
    }

    public void AddReservation(Lease lease, UsageCounter counter, long amount) =>
        db[InsertReservation].Bind("@id", lease.TaskId.Value)
            .Bind("@meter", counter.Id)
            .Bind("@token", lease.Token)
            .Bind("@amount", amount)
            .Run();

    public void SetReservation(TaskId id, UsageCounter counter, long amount) =>
        db[UpdateReservation].Bind("@id", id.Value).Bind("@meter", counter.Id).Bind("@amount", amount).Run();

    /// <summary>The attempt continues under another token.</summary>
    public void MoveReservations(TaskId id, long token) => db[MoveReservationsSql].Bind("@id", id.Value).Bind("@token", token).Run();

    /// <summary>The attempt continues under another token: a key that it has used counts there too.</summary>
    public void MoveCharges(TaskId id, long from, long token) =>
        db[MoveChargesSql].Bind("@id", id.Value).Bind("@from", from).Bind("@token", token).Run();

    public void DeleteReservations(TaskId id) => db[DeleteReservationsSql].Bind("@id", id.Value).Run();

    /// <returns>False if the attempt was charged with this key before.</returns>
    public bool TryAddCharge(TaskId id, long token, string key, string unit, long amount, string? tags) =>
        db[InsertCharge].Bind("@id", id.Value)
            .Bind("@token", token)
            .Bind("@key", key)
            .Bind("@unit", unit)
            .Bind("@amount", amount)
            .Bind("@tags", tags)
            .Bind("@now", clock.NowMs)
            .Run() > 0;

    public bool IsCharged(TaskId id, long token, string unit) =>
        db[SelectCharged].Bind("@id", id.Value).Bind("@token", token).Bind("@unit", unit).Scalar() == 1;

    public void DeleteCharges(TaskId id) => db[DeleteChargesSql].Bind("@id", id.Value).Run();

    /// <summary>What an attempt has reserved on a counter.</summary>
    public readonly record struct Reservation(long Counter, long Token, long Amount);
}
