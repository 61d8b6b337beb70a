using DurableQueue.Storage;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>Every kind of inconsistency, planted by hand in a closed file, is named, and repaired where the rest tells what is right.</summary>
public sealed class VerificationTests : IDisposable
{
    private const string NewRequest =
        "INSERT INTO task_approval (task_id, in_run, key, what, arguments, attempt, task_type, task_group, asked_at_ms, state, decided_at_ms)";

    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    /// <summary>
    /// The ids of <see cref="FillAsync"/>, in the order of its list: 1 ready, 2 running, 3 running and waiting, 4 done, 5 failed, 6 cancelled,
    /// 7 stashed, 8 delayed, 9 waits for approval, 10 waits for 1 (in the group "paused"), 11 waits for 5 to succeed and is doomed ("paused"),
    /// 12 urgent, 13 with a key, 14 done with a kept key, 15 waited for 4, 16 ready in "limited", where 17 runs, 18 running without its
    /// key, 19 asked to stop, without its key.
    /// </summary>
    public static TheoryData<string, string> Plantable => new()
    {
        // Rows.
        { "queue.state", "DELETE FROM queue_state" },
        { "task_body.orphan", "INSERT INTO task_body (id, payload) VALUES (900, x'00')" },
        { "task_result.orphan", "INSERT INTO task_result (id, result) VALUES (900, x'00')" },
        { "task_result.orphan", "INSERT INTO task_result (id, result) VALUES (2, x'00')" },
        { "task_progress.orphan", "INSERT INTO task_progress (id, fraction) VALUES (900, 0.5)" },
        { "task_checkpoint.orphan", "INSERT INTO task_checkpoint (id, data) VALUES (900, x'00')" },
        { "task_checkpoint.orphan", "INSERT INTO task_checkpoint (id, data) VALUES (4, x'00')" },
        { "task_attempt.orphan", "INSERT INTO task_attempt VALUES (900, 1, 1, 'w', 0, 0, 2, 'boom')" },
        { "task_request.orphan", "INSERT INTO task_request (task_id, number, kind, requested_by, at_ms) VALUES (900, 1, 0, 'me', 0)" },
        { "dependency.orphan", "INSERT INTO task_dependency VALUES (1, 900, 0, 0)" },
        { "settling.kind", "INSERT INTO settling (kind, subject, done_through) VALUES (77, 1, 0)" },
        { "task_body.metadata", "UPDATE task_body SET metadata = '{' WHERE id = 1" },
        { "task_body.metadata", "UPDATE task_body SET metadata = '[1]' WHERE id = 1" },
        { "task_body.retry", "UPDATE task_body SET retry = '{' WHERE id = 1" },
        { "shared_part.unused", "INSERT INTO shared_part (hash, bytes) VALUES (x'01', x'7b7d')" },

        // Tasks.
        { "task.outcome", "UPDATE task SET outcome = 2 WHERE id = 1" },
        { "task.outcome", "UPDATE task SET outcome = 2 WHERE id = 4" },
        { "task.outcome", "UPDATE task SET outcome = 1 WHERE id = 5" },
        { "task.outcome", "UPDATE task SET outcome = 0 WHERE id = 6" },
        { "task.finish_sequence", "UPDATE task SET finish_sequence = 3 WHERE id = 1" },
        { "task.finish_sequence", "UPDATE task SET finish_sequence = NULL WHERE id = 5" },
        { "task.finish_sequence", "UPDATE task SET finish_sequence = (SELECT finish_sequence FROM task WHERE id = 4) WHERE id = 5" },
        { "task.finished_at", "UPDATE task SET finished_at_ms = NULL WHERE id = 5" },
        { "task.finished_at", "UPDATE task SET finished_at_ms = 5 WHERE id = 1" },
        { "task.lease", "UPDATE task SET lease_expires_at_ms = NULL WHERE id = 2" },
        { "task.lease", "UPDATE task SET lease_ms = NULL WHERE id = 2" },
        { "task.lease", "UPDATE task SET lease_expires_at_ms = 'text' WHERE id = 2" },
        { "task.lease", "UPDATE task SET lease_expires_at_ms = 5 WHERE id = 1" },
        { "task.waiting", "UPDATE task SET waiting = 1 WHERE id = 1" },
        { "task.cancel_requested", "UPDATE task SET cancel_requested = 1 WHERE id = 1" },
        { "task.adopted", "UPDATE task SET adopted = 1 WHERE id = 1" },
        { "task.attempt", "UPDATE task SET attempt = 0 WHERE id = 2" },
        { "task.attempt", "UPDATE task SET attempt = -1 WHERE id = 1" },
        { "task.token", "UPDATE task SET token = 0 WHERE id = 2" },
        { "task.token", "UPDATE task SET token = 0 WHERE id = 5" },
        { "task.position", "UPDATE task SET position = 1 WHERE id = 7" },
        { "task.urgent", "UPDATE task SET lane_id = (SELECT id FROM lane WHERE urgent = 1) WHERE id = 2" },
        { "task.awaited", "UPDATE task SET awaited = 0 WHERE id = 1" },
        { "task.checkpointed", "UPDATE task SET checkpointed = 1 WHERE id = 2" },
        { "task.checkpointed", "INSERT INTO task_checkpoint (id, data) VALUES (2, x'00')" },

        // Holds and dependencies.
        { "task.pending_dependencies", "UPDATE task SET pending_dependencies = 0 WHERE id = 10" },
        { "task.pending_dependencies", "UPDATE task SET pending_dependencies = 2 WHERE id = 10" },
        { "task.pending_dependencies", "UPDATE task SET pending_dependencies = 1 WHERE id = 2" },
        { "task.doomed", "UPDATE task SET doomed = 0 WHERE id = 11" },
        { "task.doomed", "UPDATE task SET doomed = 1 WHERE id = 1" },
        { "task.holds", "UPDATE task SET holds = 0 WHERE id = 10" },
        { "task.holds", "UPDATE task SET holds = 1 WHERE id = 1" },
        { "task.holds", "UPDATE task SET holds = 2 WHERE id = 1" },
        { "task.not_before", "UPDATE task SET not_before_at_ms = 'text' WHERE id = 8" },
        { "task.holds", "UPDATE task SET holds = 0 WHERE id = 9" },
        { "task.holds", "UPDATE task SET holds = 8 WHERE id = 1" },
        { "task.holds", "UPDATE task SET holds = 4096 WHERE id = 1" },
        { "task.holds", "UPDATE task SET holds = 4 WHERE id = 2" },
        { "dependency.state", "UPDATE task_dependency SET state = 2 WHERE parent = 1" },
        { "dependency.state", "UPDATE task_dependency SET state = 0 WHERE parent = 5" },
        { "dependency.state", "UPDATE task_dependency SET state = 0 WHERE child = 15" },
        { "dependency.state", "UPDATE task_dependency SET state = 7 WHERE parent = 1" },
        { "dependency.state", "INSERT INTO task_dependency VALUES (1, 2, 0, 0)" },
        { "dependency.state", "INSERT INTO task_dependency VALUES (800, 1, 0, 0)" },
        { "settling.doomed", "UPDATE task_group SET paused = 0 WHERE name = 'paused'" },

        // Keys.
        { "task.dedup", "UPDATE task SET dedup = 1 WHERE id = 1" },
        { "task.dedup", "UPDATE task SET dedup = 0 WHERE id = 13" },
        { "task.dedup", "UPDATE task SET dedup = 0 WHERE id = 14" },
        { "task.dedup", "UPDATE task SET dedup = 9 WHERE id = 13" },
        { "dedup.holder", "INSERT INTO dedup VALUES ('stray', 1)" },
        { "dedup.holder", "UPDATE dedup SET key = 'other' WHERE task_id = 13" },
        { "task.dedup", "UPDATE task SET dedup = 0 WHERE id = 18" },
        { "dedup.holder", "INSERT INTO dedup VALUES ('until started', 18)" },
        { "dedup.holder", "INSERT INTO dedup VALUES ('stopping', 19)" },
        { "dedup.missing", "DELETE FROM dedup WHERE task_id = 13" },
        { "dedup.missing", "DELETE FROM dedup WHERE task_id = 14" },
        { "dedup.missing", "UPDATE dedup SET task_id = 900 WHERE task_id = 13" },

        // Requests for approvals, and routes. Task 9 waits for one.
        { "task_approval.state", $"{NewRequest} VALUES (4, 0, '#1', 'a', '', 0, 'a', 'default', 0, 9, 0)" },
        { "task_approval.names", "UPDATE task_approval SET gates = '{' WHERE task_id = 9" },
        { "task_approval.names", "UPDATE task_approval SET own = '[]' WHERE task_id = 9" },
        { "task_gate.names", "INSERT INTO task_gate (name, type, approvers) VALUES ('broken', 'none', '{')" },
        { "task_approval.task_gone", $"{NewRequest} VALUES (900, 0, '#1', 'a', '', 0, 'a', 'default', 0, 1, 0)" },
        { "task_approval.task_gone", "UPDATE task_approval SET task_gone = 1 WHERE task_id = 9" },
        { "task_approval.pending", $"{NewRequest} VALUES (4, 0, '#1', 'a', '', 0, 'a', 'default', 0, 0, NULL)" },
        { "task_approval.pending", "UPDATE task SET approval = 2, holds = 0 WHERE id = 9" },
        { "task_approval.decided_at", $"{NewRequest} VALUES (4, 0, '#1', 'a', '', 0, 'a', 'default', 0, 1, NULL)" },
        { "task.approval", "DELETE FROM task_approval WHERE task_id = 9" },
        { "task.asked", "UPDATE task SET asked = 1 WHERE id = 1" },
        { "task.asked", $"{NewRequest} VALUES (2, 1, '#1', 'a', '', 1, 'a', 'default', 0, 0, NULL)" },
        { "task_route.orphan", "INSERT INTO task_route VALUES (900, 'a', NULL, 0, 'w', 0)" },

        // Counters and heads.
        { "queue.next_task_id", "UPDATE queue_state SET next_task_id = 2" },
        { "queue.finish_sequence", "UPDATE queue_state SET finish_sequence = 0" },
        { "queue.finish_sequence", "UPDATE queue_state SET pruned_through = 500" },
        { "group.default", "UPDATE task_group SET name = 'renamed' WHERE name = 'default'" },
        { "group.removed", "UPDATE task_group SET removed = 1 WHERE name = 'paused'" },
        { "group.queued", "UPDATE task_group SET queued = queued + 1 WHERE name = 'default'" },
        { "group.ready", "UPDATE task_group SET ready = 0 WHERE name = 'default'" },
        { "group.blocked", "UPDATE task_group_held SET blocked = blocked + 1" },
        { "group.stashed", "UPDATE task_group_held SET stashed = 0" },
        { "group.awaiting_approval", "DELETE FROM task_group_held" },
        { "group.held_by_budget", "INSERT INTO task_group_held SELECT id, 0, 0, 0, 5 FROM task_group WHERE name = 'limited'" },
        { "group.scheduled", "UPDATE task_group SET scheduled = 7 WHERE name = 'paused'" },
        { "group.running", "UPDATE task_group SET running = 0 WHERE name = 'limited'" },
        { "group.waiting", "UPDATE task_group SET waiting = 0 WHERE name = 'default'" },
        { "group.done", "UPDATE task_group SET done = done + 1 WHERE name = 'default'" },
        { "group.failed", "UPDATE task_group SET failed = -1 WHERE name = 'default'" },
        { "group.cancelled", "UPDATE task_group SET cancelled = 0 WHERE name = 'default'" },
        { "lane.head", "UPDATE lane SET head_task = NULL WHERE head_task = 1" },
        { "lane.head", "UPDATE lane SET head_task = 4 WHERE head_task = 1" },
        { "lane.head_place", "UPDATE lane SET head_rank = 5 WHERE head_task = 1" },
        { "lane.head_place", "UPDATE lane SET head_position = 77 WHERE head_task = 1" },
        { "lane.runnable", "UPDATE lane SET runnable = 0 WHERE head_task = 1" },
        { "lane.runnable", "UPDATE lane SET runnable = 1 WHERE head_task = 16" },
        { "block.unfinished", "UPDATE task_block SET unfinished = unfinished + 1" },
        { "block.unfinished", "DELETE FROM task_block" },
        { "block.unfinished", "INSERT INTO task_block (id, unfinished, checked_out) VALUES (9, 0, 0)" },
        { "block.checked_out", "UPDATE task_block SET checked_out = 0" },
        { "block.expiry", "UPDATE task_block SET expires_at_ms = NULL" },
        { "block.expiry", "UPDATE task_block SET expires_at_ms = expires_at_ms + 1" },
    };

    [Theory]
    [MemberData(nameof(Plantable))]
    public async Task Repair_Planted_NamesItAndPutsItRight(string what, string sql)
    {
        await FillAsync();
        directory.Execute(sql);
        await using (var queue = await directory.OpenAsync())
        {
            var verification = await queue.Inspector.VerifyAsync();
            Assert.False(verification.IsSound);
            Assert.Contains(verification.Findings, finding => finding.What == what);
            Assert.Equal(verification.Findings.Count, verification.Total);

            var repair = await queue.Control.RepairAsync();
            Assert.True(repair.IsSound, string.Join('\n', repair.Remaining));
            Assert.Contains(repair.Repaired, finding => finding.What == what);
            Assert.True(repair.Total >= repair.Repaired.Count);
            await AssertSoundAsync(queue);
            await AssertWorksAsync(queue);
            await AssertSoundAsync(queue);
        }

        Assert.Equal("ok", directory.Execute("PRAGMA integrity_check"));
    }

    [Theory]
    [InlineData("task.state", "UPDATE task SET state = 9 WHERE id = 1")]
    [InlineData("task.lane", "UPDATE task SET lane_id = 900 WHERE id = 6")]
    [InlineData("dependency.condition", "UPDATE task_dependency SET condition = 9 WHERE child = 10")]
    [InlineData("dedup.missing", "UPDATE task_body SET dedup_key = 'kept' WHERE id = 13")]
    [InlineData("task_body.shared", "UPDATE task_body SET shared_id = 77, shared_at = 0 WHERE id = 1")]
    [InlineData("task_body.shared", "INSERT INTO shared_part VALUES (5, x'01', x'00'); UPDATE task_body SET shared_id = 5, shared_at = 99 WHERE id = 1")]
    [InlineData("task_body.shared", "INSERT INTO shared_part VALUES (5, x'01', x'00'); UPDATE task_body SET shared_id = 5 WHERE id = 1")]
    public async Task Repair_WhatTheRestDoesNotTell_StaysAndIsNamed(string what, string sql)
    {
        await FillAsync();
        directory.Execute(sql);
        await using var queue = await directory.OpenAsync();

        var repair = await queue.Control.RepairAsync();

        Assert.False(repair.IsSound);
        Assert.Contains(repair.Remaining, finding => finding.What == what);
        Assert.DoesNotContain(repair.Repaired, finding => finding.What == what && repair.Remaining.Contains(finding));
        Assert.All((await queue.Inspector.VerifyAsync()).Findings, finding => Assert.Contains(finding, repair.Remaining));
    }

    [Fact]
    public async Task Repair_ApproversThatCannotBeRead_LetNobodyIn()
    {
        await FillAsync();
        directory.Execute("UPDATE task_approval SET approvers = '{' WHERE task_id = 9");
        await using var queue = await directory.OpenAsync();

        Assert.True((await queue.Control.RepairAsync()).IsSound);

        await Assert.ThrowsAsync<ApproverNotAllowedException>(() => queue.Control.ApproveAsync(new TaskId(9), "ann").AsTask());
    }

    [Fact]
    public async Task Verify_Finding_SaysWhereWhatIsStoredAndWhatIsExpected()
    {
        await FillAsync();
        directory.Execute("UPDATE task_group SET running = 41 WHERE name = 'limited'");
        await using var queue = await directory.OpenAsync();

        var finding = Assert.Single((await queue.Inspector.VerifyAsync()).Findings);

        Assert.Equal(new QueueFinding("group.running", "group limited", "41", "1"), finding);
        Assert.Equal("group.running of group limited: stored 41, expected 1", finding.ToString());
    }

    [Fact]
    public async Task Verify_ManyOfOneKind_ListsAHundredAndCountsAll()
    {
        await using var queue = await directory.OpenAsync();
        await queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("t"), 250)]);
        directory.Execute("UPDATE task SET outcome = 3");

        var verification = await queue.Inspector.VerifyAsync();
        Assert.Equal((100, 250), (verification.Findings.Count, verification.Total));

        var repair = await queue.Control.RepairAsync();
        Assert.Equal((100, 250), (repair.Repaired.Count, repair.Total));
        await AssertSoundAsync(queue);
    }

    [Fact]
    public async Task Repair_EverythingAtOnce_LeavesASoundQueue()
    {
        await FillAsync();
        foreach (var sql in Plantable.Select(row => (string)row[1]).Where(sql => !sql.Contains("renamed", StringComparison.Ordinal)))
        {
            try
            {
                directory.Execute(sql);
            }
            catch (SqliteException e) when (e.SqliteErrorCode == 19)
            {
                // Planted by an earlier one already.
            }
        }

        await using var queue = await directory.OpenAsync();

        var repair = await queue.Control.RepairAsync();

        Assert.True(repair.IsSound, string.Join('\n', repair.Remaining));
        Assert.True(repair.Total > 30);
        await AssertSoundAsync(queue);
        await AssertWorksAsync(queue);
    }

    [Fact]
    public async Task Repair_WrongWhileTheQueueIsOpen_DropsWhatIsKeptInMemory()
    {
        await FillAsync();
        directory.Execute("UPDATE task_group SET running = 9, parallelism = 2 WHERE name = 'limited'");
        await using var queue = await directory.OpenAsync();
        await queue.EnqueueAsync(new NewTask("l") { Group = "limited" });
        Assert.Null(await TryTakeAsync(queue, "l"));

        var repair = await queue.Control.RepairAsync();

        Assert.Contains(repair.Repaired, finding => finding.What == "group.running");
        Assert.NotNull(await TryTakeAsync(queue, "l"));
        Assert.Null(await TryTakeAsync(queue, "l"));
        await AssertSoundAsync(queue);
    }

    [Fact]
    public async Task Repair_FinishWithoutItsCascade_ReleasesAndFailsTheDependents()
    {
        await using var queue = await directory.OpenAsync();
        var parent = await queue.EnqueueAsync(new NewTask("parent") { Stashed = true });
        var released = await queue.EnqueueAsync(new NewTask("child") { After = [parent] });
        var failed = await queue.EnqueueAsync(new NewTask("child") { After = [new TaskDependency(parent, DependencyCondition.Failed)] });
        directory.Execute($"UPDATE task SET state = 2, outcome = 1, holds = 0, finished_at_ms = 1, finish_sequence = 1 WHERE id = {parent}");

        var repair = await queue.Control.RepairAsync();

        Assert.Equal(2, repair.Repaired.Count(finding => finding.What == "dependency.state"));
        await queue.Inspector.WaitAsync(failed).AsTask().WaitAsync(QueueDirectory.Limit);
        Assert.Equal(TaskOutcome.DependencyFailed, (await queue.Inspector.GetAsync(failed))?.Outcome);
        Assert.Equal(released, (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }))?.Id);
        await AssertSoundAsync(queue);
    }

    [Fact]
    public async Task Repair_IndexWithoutAnEntry_MakesItAnew()
    {
        await FillAsync();
        var index = directory.Execute("SELECT rootpage || '|' || sql FROM sqlite_master WHERE name = 'task_label'")!.ToString()!.Split('|');
        directory.Execute(
            $"""
            PRAGMA writable_schema = 1;
            DELETE FROM sqlite_master WHERE name = 'task_label';
            """);
        directory.Execute("UPDATE task SET label = 'changed' WHERE id = 1");
        directory.Execute(
            $"""
            PRAGMA writable_schema = 1;
            INSERT INTO sqlite_master VALUES ('index', 'task_label', 'task', {index[0]}, '{index[1]}');
            """);
        await using var queue = await directory.OpenAsync();
        Assert.Contains((await queue.Inspector.VerifyAsync()).Findings, finding => finding.What == "file.integrity");

        var repair = await queue.Control.RepairAsync();

        Assert.True(repair.IsSound, string.Join('\n', repair.Remaining));
        await AssertSoundAsync(queue);
        Assert.Equal("ok", directory.Execute("PRAGMA integrity_check"));
    }

    /// <summary>What the health check's quick look can see.</summary>
    [Theory]
    [InlineData("queue.state", "DELETE FROM queue_state")]
    [InlineData("queue.next_task_id", "UPDATE queue_state SET next_task_id = 2")]
    [InlineData("queue.finish_sequence", "UPDATE queue_state SET pruned_through = 500")]
    [InlineData("group.running", "UPDATE task_group SET running = 0 WHERE name = 'limited'")]
    [InlineData("group.queued", "UPDATE task_group SET failed = -1 WHERE name = 'default'")]
    [InlineData("lane.runnable", "UPDATE lane SET head_task = NULL WHERE head_task = 1")]
    [InlineData("lane.head", "UPDATE lane SET head_task = 4 WHERE head_task = 1")]
    public async Task Look_Planted_NamesIt(string what, string sql)
    {
        await FillAsync();
        await using var queue = await directory.OpenAsync();
        Assert.Empty((await queue.ProbeHealthAsync(CancellationToken.None)).Inconsistencies);

        directory.Execute(sql);

        Assert.Contains(what, (await queue.ProbeHealthAsync(CancellationToken.None)).Inconsistencies);
    }

    private static async Task AssertSoundAsync(SqliteTaskQueue queue)
    {
        var verification = await queue.Inspector.VerifyAsync();
        Assert.True(verification.IsSound, string.Join('\n', verification.Findings));
    }

    /// <summary>Nothing stands still: every task that can run does, also behind limits, delays and approvals.</summary>
    private async Task AssertWorksAsync(SqliteTaskQueue queue)
    {
        await queue.EnqueueAsync(new NewTask("more"));
        if (await queue.Groups.GetAsync("paused") is { Paused: true })
        {
            await queue.Groups.ResumeAsync("paused");
        }

        foreach (var task in (await queue.Inspector.QueryAsync(new TaskQuery())).Tasks.Where(task => task.State == TaskState.Queued))
        {
            if (task.Holds.HasFlag(TaskHolds.Stashed))
            {
                await queue.Control.UnstashAsync(task.Id);
            }

            if (task.Holds.HasFlag(TaskHolds.Approval))
            {
                await queue.Control.ApproveAsync(task.Id, "ann");
            }
        }

        directory.Time.Advance(TimeSpan.FromHours(2));
        for (var round = 0; round < 20; round++)
        {
            await queue.ReapExpiredAsync();
            foreach (var task in await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }, 100))
            {
                Assert.True(await queue.CompleteAsync(task.Lease, new byte[] { 1 }));
            }
        }

        Assert.Equal(0, (await queue.Inspector.CountAsync()).Total.Unfinished);
    }

    [Fact]
    public async Task Checkout_HeadsOfTwoLanesThatAreWrong_EndsAndTakesTheTasks()
    {
        await using (var queue = await directory.OpenAsync())
        {
            await queue.EnqueueAsync([new NewTask("a"), new NewTask("b")]);
        }

        // As a swap that forgot to mark its lanes: each lane's head stands at the place where the other's is stored.
        directory.Execute("UPDATE task SET position = 3 - position");
        await using (var queue = await directory.OpenAsync())
        {
            var checkout = Task.Run(() => queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }, 2).AsTask());

            Assert.Equal([1, 2], (await checkout.WaitAsync(TimeSpan.FromSeconds(30))).Select(task => (int)task.Id.Value).Order());
        }
    }

    private async Task FillAsync()
    {
        await using var queue = await directory.OpenAsync();
        await queue.Groups.EnsureAsync("paused");
        await queue.Groups.PauseAsync("paused");
        await queue.Groups.EnsureAsync("limited", 1);
        var ids = await queue.EnqueueAsync([
            new NewTask("t", new byte[] { 1 }) { Label = "first" }, new NewTask("run"), new NewTask("suspend"), new NewTask("complete"),
            new NewTask("fail") { MaxAttempts = 1 }, new NewTask("t"), new NewTask("t") { Stashed = true }, new NewTask("t") { Delay = TimeSpan.FromHours(1) },
            new NewTask("t") { RequiresApproval = true },
            new NewTask("t") { Group = "paused", After = [TaskDependency.OnItem(0)] }, new NewTask("t") { Group = "paused", After = [TaskDependency.OnItem(4)] },
            new NewTask("t") { Stashed = true }, new NewTask("t") { DedupKey = "active" },
            new NewTask("complete") { DedupKey = "kept", DedupScope = DedupScope.Forever }, new NewTask("t") { After = [TaskDependency.OnItem(3)] },
            new NewTask("l") { Group = "limited" }, new NewTask("l") { Group = "limited", Priority = 1 },
            new NewTask("started") { DedupKey = "until started", DedupScope = DedupScope.UntilStarted }, new NewTask("stopping") { DedupKey = "stopping" },
        ]);
        Assert.Equal(Enumerable.Range(1, 19), ids.Select(id => (int)id.Value));
        await queue.Control.CancelAsync(ids[5]);
        await queue.Control.RunNowAsync(ids[11]);
        await TakeAsync(queue, "run");
        await queue.SuspendAsync((await TakeAsync(queue, "suspend")).Lease);
        await queue.CompleteAsync((await TakeAsync(queue, "complete")).Lease);
        await queue.CompleteAsync((await TakeAsync(queue, "complete")).Lease);
        await queue.FailAsync((await TakeAsync(queue, "fail")).Lease, new TaskFailure("boom"));
        Assert.Equal(ids[16], (await TakeAsync(queue, "l")).Id);
        await TakeAsync(queue, "started");
        await queue.Control.CancelAsync((await TakeAsync(queue, "stopping")).Id);
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    private static async Task<LeasedTask> TakeAsync(SqliteTaskQueue queue, string type)
    {
        var task = await TryTakeAsync(queue, type);
        Assert.NotNull(task);
        return task;
    }

    private static ValueTask<LeasedTask?> TryTakeAsync(SqliteTaskQueue queue, string type) =>
        queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Types = [type] });
}
