using DurableQueue.Sqlite;
using SQLitePCL;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

public sealed class LaneTests : IDisposable
{
    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Edit_PriorityAndGroupTogether_IsOfferedByTheNewPriority()
    {
        await using var queue = await directory.OpenAsync();
        await queue.EnqueueAsync(new NewTask("t") { Group = "a", Priority = 5 });
        var edited = await queue.EnqueueAsync(new NewTask("t") { Group = "b" });

        await queue.Control.EditAsync(edited, new TaskEdit { Priority = 10, Group = "c" });

        Assert.Equal(edited, (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }))?.Id);
    }

    [Fact]
    public async Task Edit_PriorityAndEndOfDelayTogether_IsOfferedByTheNewPriority()
    {
        await using var queue = await directory.OpenAsync();
        await queue.EnqueueAsync(new NewTask("t") { Group = "a", Priority = 5 });
        var edited = await queue.EnqueueAsync(new NewTask("t") { Group = "b", Delay = TimeSpan.FromHours(1) });

        await queue.Control.EditAsync(edited, new TaskEdit { Priority = 10, NotBefore = directory.Time.GetUtcNow() });

        Assert.Equal(edited, (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }))?.Id);
    }

    [Theory]
    [InlineData("UPDATE lane INDEXED BY lane_of_group SET runnable = 0")]
    [InlineData("UPDATE lane INDEXED BY lane_of_group SET runnable = 1")]
    [InlineData("SELECT id, urgent, head_rank, head_position, type_id FROM lane INDEXED")]
    public void LanesOfOneGroup_Planned_AreFoundByTheGroup(string start)
    {
        Batteries_V2.Init();
        var file = new QueueFile(directory.FilePath, new SqliteQueueOptions());
        file.Create();
        using var db = file.OpenWriter();
        Migrations.Apply(db);
        var sql = typeof(QueueFile).Assembly.GetTypes()
            .SelectMany(type => type.GetFields(System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static))
            .Where(field => field.IsLiteral)
            .Select(field => field.GetRawConstantValue() as string)
            .Single(text => text?.StartsWith(start, StringComparison.Ordinal) == true)!;

        using var plan = new Statement(db.Handle, "EXPLAIN QUERY PLAN " + sql);
        Assert.True(plan.Step());
        var detail = plan.Text(3);
        plan.Reset();

        Assert.Contains("(group_id=?", detail, StringComparison.Ordinal);
    }
}
