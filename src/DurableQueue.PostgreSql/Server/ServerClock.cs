using Npgsql;

namespace DurableQueue.PostgreSql;

/// <summary>The clock of the server, as it was measured last: for timers, and for what is shown. What is stored the server stamps itself.</summary>
internal sealed class ServerClock(TimeProvider local) : TimeProvider
{
    private const string Select = "SELECT durable_queue.now_ms(NULL)";

    private long aheadMs;

    public override TimeZoneInfo LocalTimeZone => local.LocalTimeZone;

    public override long TimestampFrequency => local.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => local.GetUtcNow().AddMilliseconds(Volatile.Read(ref aheadMs));

    public override long GetTimestamp() => local.GetTimestamp();

    public async Task MeasureAsync(NpgsqlConnection connection, SchemaSql sql)
    {
        var before = local.GetUtcNow();
        var server = await connection.ReadOneAsync(sql[Select], _ => { }, cells => cells.Long()).ConfigureAwait(false);
        Measured(server, before + ((local.GetUtcNow() - before) / 2));
    }

    /// <param name="serverMs">What the clock of the server said.</param>
    /// <param name="at">When that was, by the local one.</param>
    public void Measured(long serverMs, DateTimeOffset at) => Volatile.Write(ref aheadMs, serverMs - at.ToUnixTimeMilliseconds());

    /// <summary>The local time, for <see cref="Measured"/>.</summary>
    public DateTimeOffset ReadLocal() => local.GetUtcNow();
}
