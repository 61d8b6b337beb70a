using System.Data.Common;
using DurableQueue.Conformance;
using Npgsql;

namespace DurableQueue.PostgreSql.Tests;

/// <summary>One schema of the shared server, for one test at a time.</summary>
internal sealed class PostgresFixture : IStoreFixture
{
    /// <summary>All tests use the connections of one pool.</summary>
    private static readonly Lazy<NpgsqlDataSource> Lazily = new(() => PostgresOpening.CreateSource(TestServer.Shared.ConnectionString, null));

    public static NpgsqlDataSource Source => Lazily.Value;

    public string Schema { get; } = TestServer.Shared.TakeSchema();

    public ManualTimeProvider Time { get; } = new();

    public static ValueTask<IStoreFixture> CreateAsync() => new(new PostgresFixture());

    public async ValueTask<ITaskQueue> OpenAsync() => await PostgresTaskQueue.OpenAsync(
        Source, new PostgresQueueOptions { Schema = Schema, TimeProvider = Time, BackgroundSweeps = false });

    public async ValueTask<DbConnection> ConnectAsync() => await Source.OpenConnectionAsync();

    public async ValueTask DisposeAsync() => await TestServer.Shared.GiveBackAsync(Source, Schema);
}
