using DurableQueue.Sqlite;

namespace DurableQueue.Benchmarks.Throughput;

/// <summary>Completes a whole batch by one statement over its pairs of id and token.</summary>
internal static class CompleteBatch
{
    public const int Size = 64;

    // Interned, as the parameters of a statement are found by reference first.
    private static readonly (string Id, string Token)[] Names =
        [.. Enumerable.Range(0, Size).Select(item => (string.Intern($"@id{item}"), string.Intern($"@token{item}")))];

    private static readonly string Sql =
        $"""
        WITH finished (number, id, token) AS (VALUES {string.Join(", ", Names.Select((name, item) => $"({item + 1}, {name.Id}, {name.Token})"))})
        UPDATE task
        SET state = 2, outcome = 1, lease_expires_at_ms = NULL, finished_at_ms = @now, finish_sequence = @finish + finished.number
        FROM finished WHERE task.id = finished.id AND task.token = finished.token AND task.state = 1
        """;

    public static void Run(WriteConnection db, long now, long finish, List<(long Id, long Token, long Group)> leased)
    {
        var statement = db[Sql].Bind("@now", now).Bind("@finish", finish);
        for (var item = 0; item < Size; item++)
        {
            statement.Bind(Names[item].Id, leased[item].Id).Bind(Names[item].Token, leased[item].Token);
        }

        statement.Run();
    }
}
