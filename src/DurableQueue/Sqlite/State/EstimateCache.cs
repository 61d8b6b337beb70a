namespace DurableQueue.Sqlite;

/// <summary>What tasks are expected to cost, and what running attempts have reserved of it.</summary>
internal sealed class EstimateCache(WriteContext context)
{
    private const string Select = "SELECT unit, amount FROM budget_estimate WHERE task_id = @id";

    private const string Insert = "INSERT INTO budget_estimate (task_id, unit, amount) VALUES (@id, @unit, @amount)";

    private const string DeleteOf = "DELETE FROM budget_estimate WHERE task_id = @id";

    private const string SelectReservations = "SELECT meter_id, token, amount FROM budget_reservation WHERE task_id = @id";

    private const string InsertReservation =
        "INSERT INTO budget_reservation (task_id, meter_id, token, amount) VALUES (@id, @meter, @token, @amount)";

    private const string UpdateReservation = "UPDATE budget_reservation SET amount = @amount WHERE task_id = @id AND meter_id = @meter";

    private const string MoveReservations = "UPDATE budget_reservation SET token = @token WHERE task_id = @id";

    private const string DeleteReservations = "DELETE FROM budget_reservation WHERE task_id = @id";

    public readonly record struct Estimate(string Unit, long Amount);

    public readonly record struct Reservation(long Meter, long Token, long Amount);

    public Estimate? Find(TaskId id)
    {
        var select = context.Db[Select].Bind("@id", id.Value);
        if (!select.Step())
        {
            return null;
        }

        var estimate = new Estimate(select.Text(0), select.Long(1));
        select.Reset();
        return estimate;
    }

    public void Save(TaskId id, string unit, long amount) => context.Db[Insert].Bind("@id", id.Value).Bind("@unit", unit).Bind("@amount", amount).Run();

    public void Delete(TaskId id) => context.Db[DeleteOf].Bind("@id", id.Value).Run();

    public List<Reservation> ReservationsOf(TaskId id)
    {
        var found = new List<Reservation>();
        var select = context.Db[SelectReservations].Bind("@id", id.Value);
        while (select.Step())
        {
            found.Add(new Reservation(select.Long(0), select.Long(1), select.Long(2)));
        }

        return found;
    }

    public void Reserve(Lease lease, UsageCounter meter, long amount) =>
        context.Db[InsertReservation].Bind("@id", lease.TaskId.Value)
            .Bind("@meter", meter.Id)
            .Bind("@token", lease.Token)
            .Bind("@amount", amount)
            .Run();

    public void SetReserved(TaskId id, UsageCounter meter, long amount) =>
        context.Db[UpdateReservation].Bind("@id", id.Value).Bind("@meter", meter.Id).Bind("@amount", amount).Run();

    /// <summary>The attempt goes on under another token.</summary>
    public void MoveTo(TaskId id, long token) => context.Db[MoveReservations].Bind("@id", id.Value).Bind("@token", token).Run();

    public void FreeReservations(TaskId id) => context.Db[DeleteReservations].Bind("@id", id.Value).Run();
}
