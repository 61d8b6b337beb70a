using NpgsqlTypes;

namespace DurableQueue.PostgreSql;

/// <summary>Renews leases.</summary>
internal sealed class HeartbeatCall(Lease[] leases, IDisposable counted) : MergedCall<HeartbeatResult[]>(counted)
{
    private const int MostLeases = 20_000;

    private const string Sql = "SELECT answers FROM durable_queue.heartbeat($1, $2, $3)";

    private readonly Lease[] leases = leases;

    public static bool CanJoin(IReadOnlyList<HeartbeatCall> taken, HeartbeatCall call) => taken.Sum(other => other.leases.Length) + call.leases.Length <= MostLeases;

    /// <returns>Whether a lease was renewed.</returns>
    public static async Task<bool> SendAsync(Database database, long? nowMs, IReadOnlyList<HeartbeatCall> calls)
    {
        Lease[] all = calls.Count == 1 ? calls[0].leases : [.. calls.SelectMany(call => call.leases)];
        var answers = await database.ReadOneAsync(
            Sql,
            parameters => parameters.With(nowMs)
                .With(Array.ConvertAll(all, lease => lease.TaskId.Value), NpgsqlDbType.Bigint)
                .With(Array.ConvertAll(all, lease => lease.Token), NpgsqlDbType.Bigint),
            cells => cells.NullableArray<short[]>()!,
            CancellationToken.None).ConfigureAwait(false);
        var next = 0;
        foreach (var call in calls)
        {
            var results = new HeartbeatResult[call.leases.Length];
            for (var i = 0; i < results.Length; i++)
            {
                results[i] = answers[next++] switch
                {
                    0 => HeartbeatResult.Lost,
                    1 => HeartbeatResult.Renewed,
                    _ => HeartbeatResult.CancelRequested,
                };
            }

            call.Give(results);
        }

        return Array.Exists(answers, answer => answer != 0);
    }
}
