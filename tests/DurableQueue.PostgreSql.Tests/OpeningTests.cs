using Npgsql;
using Xunit;

namespace DurableQueue.PostgreSql.Tests;

/// <summary>What an open checks and says, and what it needs.</summary>
public sealed class OpeningTests
{
    private static TestServer Server => TestServer.Shared;

    [Fact]
    public async Task Open_ServerDoesNotListen_IsUnavailable()
    {
        var text = new NpgsqlConnectionStringBuilder(Server.ConnectionString) { Port = 1, Timeout = 2 }.ConnectionString;

        var error = await OpenRefusedAsync(text);

        Assert.Equal(QueueStorageError.Unavailable, error.Error);
    }

    [Fact]
    public async Task Open_WrongPassword_IsRefusedWithoutIt()
    {
        const string wrong = "not-the-p4ssword";

        var error = await OpenRefusedAsync(Server.ConnectionStringOf(TestServer.User, wrong));

        Assert.Equal(QueueStorageError.CannotOpen, error.Error);
        Assert.Contains(TestServer.User, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(wrong, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://dq:s3cr3t@db/app")]
    [InlineData("Host=db;Password=s3cr3t;s3cr3t=1")]
    [InlineData("Host=db;Port=s3cr3t")]
    [InlineData("Username=dq;Password=s3cr3t")]
    public async Task Open_TextThatIsNoConnectionString_IsRefusedWithoutQuotingIt(string text)
    {
        var error = await Assert.ThrowsAnyAsync<ArgumentException>(async () => await PostgresTaskQueue.OpenAsync(text));

        Assert.Equal("connectionString", error.ParamName);
        Assert.DoesNotContain("s3cr3t", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("1st")]
    [InlineData("pg_own")]
    [InlineData("a.b")]
    [InlineData("a; drop schema public")]
    public async Task Open_SchemaThatIsNoName_IsRefused(string schema)
    {
        var error = await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await PostgresTaskQueue.OpenAsync(PostgresFixture.Source, new PostgresQueueOptions { Schema = schema }));

        Assert.Contains("Schema", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_SchemaOfANewerVersion_IsRefusedAndNotTouched()
    {
        var schema = await MakeQueueAsync();
        await RunAsync($"UPDATE {schema}.schema_version SET version = 1000");

        var error = await OpenRefusedAsync(Server.ConnectionString, schema);

        Assert.Equal(QueueStorageError.NewerSchema, error.Error);
        Assert.Contains("1000", error.Message, StringComparison.Ordinal);
        Assert.Equal(1000, await ReadAsync<int>($"SELECT version FROM {schema}.schema_version"));
    }

    [Fact]
    public async Task Open_RoleThatMayNotCreateTheSchema_SaysWhichRightIsMissing()
    {
        var role = await MakeRoleAsync();

        var error = await OpenRefusedAsync(Server.ConnectionStringOf(role, TestServer.Password), Server.NewSchema());

        Assert.Equal(QueueStorageError.CannotOpen, error.Error);
        Assert.Contains("permission denied", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_RoleThatMayOnlyUseTheSchema_WorksAndCannotChangeIt()
    {
        var schema = await MakeQueueAsync();
        var role = await MakeRoleAsync();
        await RunAsync(
            $"GRANT USAGE ON SCHEMA {schema} TO {role}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}; "
            + $"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}; REVOKE UPDATE, DELETE, INSERT ON {schema}.schema_version FROM {role}");

        await using var queue = await PostgresTaskQueue.OpenAsync(
            Server.ConnectionStringOf(role, TestServer.Password), new PostgresQueueOptions { Schema = schema });
        await queue.EnqueueAsync(new NewTask("a") { Group = "made" });
        var task = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" });

        Assert.True(await queue.CompleteAsync(task!.Lease));
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
        await using var source = NpgsqlDataSource.Create(Server.ConnectionStringOf(role, TestServer.Password));
        await using var drop = source.CreateCommand($"ALTER TABLE {schema}.task ADD COLUMN mine integer");
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => drop.ExecuteNonQueryAsync())).SqlState);
    }

    [Fact]
    public async Task Open_TransactionsAreReadOnly_SaysSo()
    {
        var text = new NpgsqlConnectionStringBuilder(Server.ConnectionString) { Options = "-c default_transaction_read_only=on" }.ConnectionString;

        Assert.Equal(QueueStorageError.ReadOnly, (await OpenRefusedAsync(text)).Error);
    }

    [Fact]
    public async Task Call_TransactionsAreSerializable_IsRefusedAndChangesNothing()
    {
        var schema = await MakeQueueAsync();
        var text = new NpgsqlConnectionStringBuilder(Server.ConnectionString) { Options = "-c default_transaction_isolation=serializable" }.ConnectionString;
        await using var queue = await PostgresTaskQueue.OpenAsync(text, new PostgresQueueOptions { Schema = schema });

        foreach (var call in (Func<Task>[])[
            async () => await queue.EnqueueAsync(new NewTask("a")),
            async () => await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }),
            async () => await queue.Groups.PauseAsync("default")])
        {
            Assert.Contains("READ COMMITTED", (await Assert.ThrowsAsync<QueueStorageException>(call)).Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, (await queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public void RequireVersion_OlderServer_IsRefusedByItsVersion()
    {
        var error = Assert.Throws<QueueStorageException>(() => Migrations.RequireVersion(new Version(14, 9)));

        Assert.Contains("14.9", error.Message, StringComparison.Ordinal);
        Migrations.RequireVersion(new Version(15, 0));
    }

    [Fact]
    public void RequireEncoding_NotUnicode_IsRefusedByItsName() =>
        Assert.Contains("SQL_ASCII", Assert.Throws<QueueStorageException>(() => Migrations.RequireEncoding("SQL_ASCII")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Open_ManyAtOnceInANewSchema_OneMakesIt()
    {
        var schema = Server.NewSchema();

        var queues = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => await PostgresTaskQueue.OpenAsync(
            PostgresFixture.Source, new PostgresQueueOptions { Schema = schema })));

        var id = await queues[0].EnqueueAsync(new NewTask("a"));
        Assert.NotNull(await queues[7].Inspector.GetAsync(id));
        foreach (var queue in queues)
        {
            await queue.DisposeAsync();
        }
    }

    [Fact]
    public async Task Schemas_OfOneDatabase_AreQueuesOfTheirOwn()
    {
        await using var one = await PostgresTaskQueue.OpenAsync(PostgresFixture.Source, new PostgresQueueOptions { Schema = Server.NewSchema() });
        await using var other = await PostgresTaskQueue.OpenAsync(PostgresFixture.Source, new PostgresQueueOptions { Schema = Server.NewSchema() });

        await one.EnqueueAsync(new NewTask("a") { DedupKey = "k" });

        Assert.Null(await other.CheckoutAsync(new CheckoutRequest { Worker = "w" }));
        Assert.True((await other.EnqueueOrGetAsync(new NewTask("a") { DedupKey = "k" })).Created);
    }

    [Fact]
    public async Task Call_SchemaWasDropped_SaysThatItIsLost()
    {
        var schema = Server.NewSchema();
        await using var queue = await PostgresTaskQueue.OpenAsync(
            PostgresFixture.Source, new PostgresQueueOptions { Schema = schema, BackgroundSweeps = false });
        await RunAsync($"DROP SCHEMA {schema} CASCADE");

        var error = await Assert.ThrowsAsync<QueueStorageException>(async () => await queue.EnqueueAsync(new NewTask("a")));

        Assert.Equal(QueueStorageError.Lost, error.Error);
    }

    private static async Task<QueueStorageException> OpenRefusedAsync(string connectionString, string? schema = null) =>
        await Assert.ThrowsAsync<QueueStorageException>(
            async () => await PostgresTaskQueue.OpenAsync(connectionString, new PostgresQueueOptions { Schema = schema ?? Server.NewSchema() }));

    private static async Task<string> MakeQueueAsync()
    {
        var schema = Server.NewSchema();
        await using var queue = await PostgresTaskQueue.OpenAsync(PostgresFixture.Source, new PostgresQueueOptions { Schema = schema });
        return schema;
    }

    private static async Task<string> MakeRoleAsync()
    {
        var role = $"app_{Server.NewSchema()}";
        await RunAsync($"CREATE ROLE {role} LOGIN PASSWORD '{TestServer.Password}'");
        return role;
    }

    private static async Task RunAsync(string sql)
    {
        await using var command = PostgresFixture.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<T> ReadAsync<T>(string sql)
    {
        await using var command = PostgresFixture.Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
