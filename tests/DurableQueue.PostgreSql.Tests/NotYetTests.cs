using Xunit;

namespace DurableQueue.PostgreSql.Tests;

/// <summary>What the store cannot do yet is refused by name, and nothing of it is done.</summary>
public sealed class NotYetTests : IAsyncLifetime
{
    private readonly PostgresFixture fixture = new();
    private ITaskQueue queue = null!;

    public async Task InitializeAsync() => queue = await fixture.OpenAsync();

    public async Task DisposeAsync()
    {
        await queue.DisposeAsync();
        await fixture.DisposeAsync();
    }

    [Fact]
    public async Task Enqueue_WhatIsNotThereYet_IsRefusedAndStoresNothingOfTheList()
    {
        var parent = await queue.EnqueueAsync(new NewTask("parent"));
        await RefusedAsync("Dependencies", async () => await queue.EnqueueAsync([new NewTask("a") { Group = "made" }, new NewTask("b") { After = [parent] }]));
        await RefusedAsync("Approvals", async () => await queue.EnqueueAsync(new NewTask("a") { RequiresApproval = true }));
        await RefusedAsync("costs", async () => await queue.EnqueueAsync(new NewTask("a") { EstimatedCost = new Cost(1, "usd") }));
        await RefusedAsync("auto", async () => await queue.EnqueueAsync(new NewTask(NewTask.AutoType)));

        Assert.Equal(1, (await queue.Inspector.CountAsync()).Total.Total);
        Assert.Null(await queue.Groups.GetAsync("made"));
    }

    [Fact]
    public async Task Call_WhatIsNotThereYet_IsRefusedAndChangesNothing()
    {
        var id = await queue.EnqueueAsync(new NewTask("a"));
        var other = await queue.EnqueueAsync(new NewTask("b"));
        var lease = (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }))!.Lease;
        var notification = new NewNotification("topic", "text");
        await RefusedAsync("Dependencies", async () => await queue.Control.EditAsync(other, new TaskEdit { After = [id] }));
        await RefusedAsync("Notifications", async () => await queue.CompleteAsync([new TaskCompletion(lease) { Notification = notification }]));
        await RefusedAsync("Notifications", async () => await queue.FailAsync(lease, new TaskFailure("no") { Notification = notification }));
        await RefusedAsync("Notifications", async () => await queue.Notifications.RaiseAsync(notification));
        await RefusedAsync("Routing", async () => await queue.RouteAsync(lease, new RouteDecision("b")));
        await RefusedAsync("Adopted", async () => await queue.CheckoutAsync(new CheckoutRequest { Worker = "w", AdoptedTypes = ["b"] }));
        await RefusedAsync("Taking over", async () => await queue.TakeOverAsync(id, "w"));
        await RefusedAsync("Approvals", async () => await queue.Control.ApproveAsync(other, "ann"));
        await RefusedAsync("Budgets", async () => await queue.Budgets.SetAsync(BudgetTarget.Group("default"), new BudgetPolicy { Rate = new RateCap(1, TimeSpan.FromHours(1)) }));
        await RefusedAsync("Repairing", async () => await queue.Control.RepairAsync());
        await using var connection = await fixture.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await RefusedAsync("transaction", async () => await queue.EnqueueAsync(new NewTask("c"), transaction));

        Assert.True(await queue.CompleteAsync(lease));
        Assert.Equal(TaskState.Queued, (await queue.Inspector.GetAsync(other))!.State);
        Assert.Equal(2, (await queue.Inspector.CountAsync()).Total.Total);
    }

    private static async Task RefusedAsync(string what, Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<NotSupportedException>(call);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed", error.Message, StringComparison.Ordinal);
    }
}
