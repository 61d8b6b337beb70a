using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Requests for approvals, before a run and inside one: one decision each, kept for the next attempt, on record for good.</summary>
public abstract class ApprovalConformance : ConformanceTest
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private ITaskApprovals Approvals => Queue.Approvals;

    [Fact]
    public async Task Pending_TaskMovedAndRelabelled_ShowsItAsItIs()
    {
        var id = await Queue.EnqueueAsync(new NewTask("deploy") { RequiresApproval = true, Label = "old" });

        await Queue.Control.EditAsync(id, new TaskEdit { Group = "elsewhere", Label = "new" });

        var pending = Assert.Single(await Queue.Approvals.ListPendingAsync());
        Assert.Equal(("elsewhere", "new"), (pending.Group, pending.Label));
        await Queue.Control.ApproveAsync(id, "ann");
        await Queue.Control.EditAsync(id, new TaskEdit { Group = "third", Label = "newer" });
        var decided = await Queue.Approvals.GetAsync(pending.Id);
        Assert.Equal(("elsewhere", "new"), (decided!.Group, decided.Label));
    }

    [Fact]
    public async Task Request_InRun_IsStoredWithWhatArgumentsTaskAndAttempt()
    {
        var task = await TakeNewAsync(new NewTask("agent") { Group = "night", Label = "fix it" });

        var request = await AskAsync(task, "Bash", """{"command":"rm -rf build"}""");

        Assert.Equal((task.Id, "agent", "night", "fix it"), (request.TaskId, request.TaskType, request.Group, request.Label));
        Assert.Equal((true, "Bash", """{"command":"rm -rf build"}""", 1, "w1"), (request.InRun, request.What, request.Arguments, request.Attempt, request.Worker));
        Assert.Equal((ApprovalStatus.Pending, Time.GetUtcNow()), (request.Status, request.RequestedAt));
        Assert.Null(request.DecidedAt);
        Assert.Equal([request.Id], (await Approvals.ListPendingAsync()).Select(pending => pending.Id));
    }

    [Fact]
    public async Task Request_Reopened_IsThere()
    {
        var request = await AskAsync(await TakeNewAsync(), "Bash", "x");

        await ReopenAsync();

        Assert.Equal(ApprovalStatus.Pending, (await Approvals.GetAsync(request.Id))?.Status);
    }

    [Fact]
    public async Task Request_SameAgain_IsTheSameRequest()
    {
        var task = await TakeNewAsync();
        var request = await AskAsync(task, "Bash", "x");

        Assert.Equal(request.Id, (await AskAsync(task, "Bash", "x")).Id);
        Assert.Single(await Approvals.ListPendingAsync());
    }

    [Theory]
    [InlineData("Bash", "y", null)]
    [InlineData("Bash", "x ", null)]
    [InlineData("bash", "x", null)]
    [InlineData("Bash", "x", "other")]
    public async Task Request_OtherTextArgumentsOrKey_AsksAnew(string what, string arguments, string? key)
    {
        var task = await TakeNewAsync();
        var first = await AskAsync(task, "Bash", "x");
        await Approvals.ApproveAsync(first.Id, "ann");

        var other = await AskAsync(task, what, arguments, new ApprovalOptions { Key = key });

        Assert.NotEqual(first.Id, other.Id);
        Assert.Equal((ApprovalStatus.Pending, key), (other.Status, other.Key));
    }

    [Fact]
    public async Task Request_StaleLease_IsRefusedAndStoresNothing()
    {
        var task = await TakeNewAsync();
        await Queue.ReleaseAsync(task.Lease);
        await CheckoutAsync();

        Assert.Null(await Approvals.RequestAsync(task.Lease, "Bash", "x"));

        Assert.Empty(await Approvals.ListPendingAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Decide_Once_IsKeptWithWhoWhenAndWhy(bool approve)
    {
        var request = await AskAsync(await TakeNewAsync(), "Bash", "x");
        Time.Advance(TimeSpan.FromMinutes(5));

        await DecideAsync(request.Id, approve, "ann", "because");

        var decided = await GetRequestAsync(request.Id);
        Assert.Equal((approve ? ApprovalStatus.Approved : ApprovalStatus.Rejected, "ann", "because"), (decided.Status, decided.DecidedBy, decided.Note));
        Assert.Equal(request.RequestedAt + TimeSpan.FromMinutes(5), decided.DecidedAt);
        Assert.Empty(await Approvals.ListPendingAsync());
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Decide_Twice_IsRefused(bool first, bool second)
    {
        var request = await AskAsync(await TakeNewAsync(), "Bash", "x");
        await DecideAsync(request.Id, first, "ann", "because");

        var error = await Assert.ThrowsAsync<ApprovalStateException>(() => DecideAsync(request.Id, second, "bob", "no"));

        Assert.Equal((request.Id, first ? ApprovalStatus.Approved : ApprovalStatus.Rejected), (error.Id, error.Status));
        Assert.Equal("ann", (await GetRequestAsync(request.Id)).DecidedBy);
    }

    [Fact]
    public async Task Decide_UnknownRequest_IsNotFound()
    {
        var error = await Assert.ThrowsAsync<ApprovalNotFoundException>(() => Approvals.ApproveAsync(new ApprovalId(77), "ann").AsTask());

        Assert.Equal(new ApprovalId(77), error.Id);
        Assert.Null(await Approvals.GetAsync(new ApprovalId(77)));
        await Assert.ThrowsAsync<ApprovalNotFoundException>(() => Approvals.WaitAsync(new ApprovalId(77)).AsTask());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Decide_BySomebodyNotNamed_IsRefusedWithTheNames(bool approve)
    {
        var request = await AskAsync(await TakeNewAsync(), "Bash", "x", new ApprovalOptions { Approvers = ["ann", "bob"] });

        var error = await Assert.ThrowsAsync<ApproverNotAllowedException>(() => DecideAsync(request.Id, approve, "eve", "me"));

        Assert.Equal((request.Id, "eve"), (error.Id, error.By));
        Assert.Contains("ann, bob", error.Message, StringComparison.Ordinal);
        Assert.Equal(ApprovalStatus.Pending, (await GetRequestAsync(request.Id)).Status);
        await DecideAsync(request.Id, approve, "bob", "me");
        Assert.Equal("bob", (await GetRequestAsync(request.Id)).DecidedBy);
    }

    [Theory]
    [InlineData("Ann")]
    [InlineData("ann ")]
    [InlineData("an")]
    public async Task Decide_ByANameThatOnlyLooksLikeAnApprovers_IsRefused(string by)
    {
        var request = await AskAsync(await TakeNewAsync(), "Bash", "x", new ApprovalOptions { Approvers = ["ann"] });
        var before = await Queue.EnqueueAsync(new NewTask("deploy") { Approval = new ApprovalTerms { Approvers = ["ann"] } });

        await Assert.ThrowsAsync<ApproverNotAllowedException>(() => DecideAsync(request.Id, approve: true, by, "me"));
        await Assert.ThrowsAsync<ApproverNotAllowedException>(async () => await Queue.Control.ApproveAsync(before, by));

        Assert.Equal(2, (await Approvals.ListPendingAsync()).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NextAttempt_AfterReap_GetsTheSameDecisionAndAsksNobody(bool approve)
    {
        var task = await TakeNewAsync();
        var request = await AskAsync(task, "Bash", "x");
        await DecideAsync(request.Id, approve, "ann", "because");
        Time.Advance(TimeSpan.FromSeconds(301));
        await Queue.ReapExpiredAsync();

        var again = await AskAsync(await CheckoutAsync("w2"), "Bash", "x");

        Assert.Equal((request.Id, approve ? ApprovalStatus.Approved : ApprovalStatus.Rejected), (again.Id, again.Status));
        Assert.Empty(await Approvals.ListPendingAsync());
    }

    [Fact]
    public async Task NextAttempt_BeforeTheDecision_WaitsForTheSameRequest()
    {
        var task = await TakeNewAsync();
        var request = await AskAsync(task, "Bash", "x");
        await Queue.FailAsync(task.Lease, new TaskFailure("broke"));
        Time.Advance(Hour);

        // Decided while nobody runs.
        Assert.Equal(request.Id, (await AskAsync(await CheckoutAsync("w2"), "Bash", "x")).Id);
        await Approvals.ApproveAsync(request.Id, "ann");

        Assert.Equal(1, (await GetRequestAsync(request.Id)).Attempt);
        Assert.Single(await RecordsAsync(new ApprovalQuery { Task = task.Id }));
    }

    [Fact]
    public async Task Request_OfAnotherTask_IsAnotherRequest()
    {
        var first = await AskAsync(await TakeNewAsync(), "Bash", "x");
        await Approvals.ApproveAsync(first.Id, "ann");

        var second = await AskAsync(await TakeNewAsync(), "Bash", "x");

        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(ApprovalStatus.Pending, second.Status);
    }

    [Fact]
    public async Task Expiry_ByTheQueuesClock_CountsAsRejected()
    {
        var task = await TakeNewAsync(new NewTask("agent") { LeaseDuration = TimeSpan.FromHours(3) });
        var request = await AskAsync(task, "Bash", "x", new ApprovalOptions { ExpiresAfter = Hour });
        Assert.Equal(Time.GetUtcNow() + Hour, request.ExpiresAt);
        Time.Advance(Hour - TimeSpan.FromMilliseconds(1));
        await Queue.ReapExpiredAsync();
        Assert.Equal(ApprovalStatus.Pending, (await GetRequestAsync(request.Id)).Status);

        Time.Advance(TimeSpan.FromMilliseconds(1));
        await Queue.ReapExpiredAsync();

        var expired = await GetRequestAsync(request.Id);
        Assert.Equal((ApprovalStatus.Expired, null), (expired.Status, expired.DecidedBy));
        Assert.Contains("expired", expired.Note, StringComparison.Ordinal);

        // The same for whoever asks again.
        Assert.Equal((request.Id, ApprovalStatus.Expired), ((await AskAsync(task, "Bash", "x")).Id, (await AskAsync(task, "Bash", "x")).Status));
        Assert.Empty(await Approvals.ListPendingAsync());
    }

    [Fact]
    public async Task Decide_AfterTheTimeIsOver_IsRefused()
    {
        var request = await AskAsync(await TakeNewAsync(), "Bash", "x", new ApprovalOptions { ExpiresAfter = Hour });
        Time.Advance(Hour);

        var error = await Assert.ThrowsAsync<ApprovalStateException>(() => DecideAsync(request.Id, true, "ann", "late"));

        Assert.Equal(ApprovalStatus.Expired, error.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_Decided_EndsWithTheDecision(bool approve)
    {
        var request = await AskAsync(await TakeNewAsync(), "Bash", "x");
        var wait = Approvals.WaitAsync(request.Id).AsTask();
        Assert.False(wait.IsCompleted);

        await DecideAsync(request.Id, approve, "ann", "because");

        Assert.Equal((approve ? ApprovalStatus.Approved : ApprovalStatus.Rejected, "because"), ((await wait.SoonAsync()).Status, (await wait).Note));
    }

    [Fact]
    public async Task Wait_OtherQueueDecides_Ends()
    {
        var request = await AskAsync(await TakeNewAsync(), "Bash", "x");
        var wait = Approvals.WaitAsync(request.Id).AsTask();
        await using var other = await Fixture.OpenAsync();

        await other.Approvals.ApproveAsync(request.Id, "ann");

        Assert.Equal(ApprovalStatus.Approved, (await wait.SoonAsync()).Status);
    }

    [Fact]
    public async Task Wait_NobodyDecides_EndsAtTheExpiry()
    {
        var request = await AskAsync(await TakeNewAsync(), "Bash", "x", new ApprovalOptions { ExpiresAfter = TimeSpan.FromMinutes(1) });
        var wait = Approvals.WaitAsync(request.Id).AsTask();

        await Time.AdvanceUntilEndedAsync(wait, TimeSpan.FromSeconds(10));

        Assert.Equal(ApprovalStatus.Expired, (await wait.SoonAsync()).Status);
    }

    [Fact]
    public async Task Wait_Cancelled_LeavesTheRequest()
    {
        var request = await AskAsync(await TakeNewAsync(), "Bash", "x");
        using var stop = new CancellationTokenSource();
        var wait = Approvals.WaitAsync(request.Id, stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.SoonAsync());
        Assert.Equal(ApprovalStatus.Pending, (await GetRequestAsync(request.Id)).Status);
    }

    [Fact]
    public async Task WatchPending_YieldsWhatIsThereAndWhatComes_EachOnce()
    {
        var before = await Queue.EnqueueAsync(new NewTask("deploy") { RequiresApproval = true });
        await using var watch = Approvals.WatchPendingAsync().GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync().SoonAsync());
        Assert.Equal(before, watch.Current.TaskId);
        var next = watch.MoveNextAsync().AsTask();

        var request = await AskAsync(await TakeNewAsync(), "Bash", "x");

        Assert.True(await next.SoonAsync());
        Assert.Equal(request.Id, watch.Current.Id);
    }

    [Theory]
    [InlineData(TaskOutcome.Succeeded)]
    [InlineData(TaskOutcome.Failed)]
    [InlineData(TaskOutcome.Killed)]
    [InlineData(TaskOutcome.Abandoned)]
    public async Task TaskEnds_PendingRequest_IsWithdrawn(TaskOutcome outcome)
    {
        var task = await TakeNewAsync(new NewTask("agent") { MaxAttempts = 1 });
        var request = await AskAsync(task, "Bash", "x");
        switch (outcome)
        {
            case TaskOutcome.Succeeded:
                await Queue.CompleteAsync(task.Lease);
                break;
            case TaskOutcome.Failed:
                await Queue.FailAsync(task.Lease, new TaskFailure("broke"));
                break;
            case TaskOutcome.Killed:
                await Queue.Control.CancelAsync(task.Id);
                Assert.Equal(ApprovalStatus.Pending, (await GetRequestAsync(request.Id)).Status);
                await Queue.SuspendAsync(task.Lease);
                break;
            default:
                Time.Advance(TimeSpan.FromSeconds(301));
                await Queue.ReapExpiredAsync();
                break;
        }

        Assert.Equal(outcome, (await GetAsync(task.Id)).Outcome);
        var ended = await GetRequestAsync(request.Id);
        Assert.Equal((ApprovalStatus.Withdrawn, null), (ended.Status, ended.DecidedBy));
        Assert.NotNull(ended.Note);
        Assert.Empty(await Approvals.ListPendingAsync());
        await Assert.ThrowsAsync<ApprovalStateException>(() => DecideAsync(request.Id, true, "ann", "late"));
    }

    [Fact]
    public async Task Fail_Rejected_IsForGoodWithThatOutcome()
    {
        var task = await TakeNewAsync();

        Assert.True(await Queue.FailAsync(task.Lease, new TaskFailure("refused by ann") { Outcome = TaskOutcome.Rejected }));

        var info = await GetAsync(task.Id);
        Assert.Equal((TaskState.Failed, TaskOutcome.Rejected, "refused by ann"), (info.State, info.Outcome, info.LastError));
        Assert.Equal(TaskOutcome.Rejected, Assert.Single(await Queue.Inspector.GetAttemptsAsync(task.Id)).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Retry_InPlace_AsksAnewAndKeepsTheOldRecord(bool approve)
    {
        var task = await TakeNewAsync();
        var request = await AskAsync(task, "Bash", "x");
        await DecideAsync(request.Id, approve, "ann", "because");
        await Queue.FailAsync(task.Lease, new TaskFailure("broke") { Permanent = true });
        await Queue.Control.RetryAsync(task.Id);

        var again = await AskAsync(await CheckoutAsync(), "Bash", "x");

        Assert.NotEqual(request.Id, again.Id);
        Assert.Equal(ApprovalStatus.Pending, again.Status);
        Assert.Equal((true, "ann"), ((await GetRequestAsync(request.Id)).Outdated, (await GetRequestAsync(request.Id)).DecidedBy));
    }

    [Fact]
    public async Task BeforeRun_IsARequestToo_DecidedByEitherWay()
    {
        var first = await Queue.EnqueueAsync(new NewTask("deploy", Utf8("v1")) { RequiresApproval = true, Group = "prod", Label = "one" });
        var second = await Queue.EnqueueAsync(new NewTask("deploy", Utf8("v2")) { RequiresApproval = true });
        var pending = await Approvals.ListPendingAsync();
        Assert.Equal([first, second], pending.Select(request => request.TaskId));
        Assert.Equal((false, "deploy", "prod", "one", 0), (pending[0].InRun, pending[0].What, pending[0].Group, pending[0].Label, pending[0].Attempt));

        await Queue.Control.ApproveAsync(first, "ann", "fine");
        await Approvals.RejectAsync(pending[1].Id, "bob", "not today");

        Assert.Equal(TaskHolds.None, (await GetAsync(first)).Holds);
        Assert.Equal((TaskOutcome.Rejected, "Rejected by bob: not today"), ((await GetAsync(second)).Outcome, (await GetAsync(second)).LastError));
        var records = await RecordsAsync(null);
        Assert.Equal(["ann", "bob"], records.Select(record => record.DecidedBy));
        Assert.Equal(["v1", "v2"], records.Select(record => record.Arguments));
        await Assert.ThrowsAsync<ApprovalStateException>(() => DecideAsync(pending[0].Id, true, "ann", "again"));
    }

    [Fact]
    public async Task BeforeRun_PayloadThatIsNoText_IsRecordedByItsDigest()
    {
        var id = await Queue.EnqueueAsync(new NewTask("deploy", new byte[] { 0xFF, 0x00, 0xFE }) { RequiresApproval = true });

        await Queue.Control.ApproveAsync(id, "ann");

        Assert.StartsWith("(3 bytes, SHA-256 ", Assert.Single(await RecordsAsync(null)).Arguments, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BeforeRun_WithTerms_NamedApproverAndExpiryHold()
    {
        var terms = new ApprovalTerms { Approvers = ["ann"], ExpiresAfter = Hour };
        var decided = await Queue.EnqueueAsync(new NewTask("deploy") { Approval = terms });
        var forgotten = await Queue.EnqueueAsync(new NewTask("deploy") { Approval = terms });
        var dependent = await Queue.EnqueueAsync(new NewTask("after") { After = [forgotten] });

        await Assert.ThrowsAsync<ApproverNotAllowedException>(() => Queue.Control.ApproveAsync(decided, "eve").AsTask());
        Assert.Equal(TaskHolds.Approval, (await GetAsync(decided)).Holds);
        await Queue.Control.ApproveAsync(decided, "ann");
        Time.Advance(Hour);
        await Assert.ThrowsAsync<TaskStateException>(() => Queue.Control.ApproveAsync(forgotten, "ann").AsTask());
        Assert.Equal(decided, (await CheckoutAsync()).Id);

        var info = await GetAsync(forgotten);
        Assert.Equal((TaskState.Failed, TaskOutcome.Rejected), (info.State, info.Outcome));
        Assert.Contains("expired", info.LastError, StringComparison.Ordinal);
        Assert.Equal(TaskOutcome.DependencyFailed, (await Queue.FinishedAsync(dependent)).Tasks[0].Outcome);
        Assert.Equal(ApprovalStatus.Expired, (await RecordsAsync(new ApprovalQuery { Task = forgotten }))[0].Status);
    }

    [Fact]
    public async Task BeforeRun_RejectedAndRetried_AsksWithTheSameTerms()
    {
        var id = await Queue.EnqueueAsync(new NewTask("deploy") { Approval = new ApprovalTerms { Approvers = ["ann"], ExpiresAfter = Hour } });
        await Queue.Control.RejectAsync(id, "ann", "no");
        Time.Advance(TimeSpan.FromMinutes(10));

        await Queue.Control.RetryAsync(id);

        var again = Assert.Single(await Approvals.ListPendingAsync());
        Assert.Equal((id, Time.GetUtcNow() + Hour), (again.TaskId, again.ExpiresAt));
        Assert.Equal(["ann"], again.Approvers!);
        Assert.Equal(2, (await RecordsAsync(new ApprovalQuery { Task = id })).Count);
    }

    [Fact]
    public async Task BeforeRun_CancelledAndRetried_AsksAgain()
    {
        var id = await Queue.EnqueueAsync(new NewTask("deploy") { RequiresApproval = true });
        await Queue.Control.CancelAsync(id);
        Assert.Empty(await Approvals.ListPendingAsync());
        Assert.Equal(ApprovalStatus.Withdrawn, (await RecordsAsync(null))[0].Status);

        await Queue.Control.RetryAsync(id);

        Assert.Equal(TaskHolds.Approval, (await GetAsync(id)).Holds);
        Assert.Equal(id, Assert.Single(await Approvals.ListPendingAsync()).TaskId);
    }

    [Fact]
    public async Task BeforeRun_ApprovedThenPayloadEdited_AsksAnew()
    {
        var id = await Queue.EnqueueAsync(new NewTask("deploy", Utf8("v1")) { RequiresApproval = true });
        await Queue.Control.ApproveAsync(id, "ann");
        await Queue.Control.EditAsync(id, new TaskEdit { Priority = 3, Label = "other" });
        Assert.Equal(TaskHolds.None, (await GetAsync(id)).Holds);

        await Queue.Control.EditAsync(id, new TaskEdit { Payload = Utf8("v2") });

        Assert.Equal(TaskHolds.Approval, (await GetAsync(id)).Holds);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        await Queue.Control.ApproveAsync(id, "bob");
        Assert.Equal(id, (await CheckoutAsync()).Id);
        Assert.Equal([("ann", "v1"), ("bob", "v2")], (await RecordsAsync(null)).Select(record => (record.DecidedBy!, record.Arguments)));
    }

    [Fact]
    public async Task BeforeRun_AsksAnewBetweenAttempts_LeavesWhatTheRunHasAskedFor()
    {
        var id = await Queue.EnqueueAsync(new NewTask("agent") { RequiresApproval = true });
        await Queue.Control.ApproveAsync(id, "ann");
        var task = await Queue.TakeAsync(id);
        var request = await AskAsync(task, "Bash", "ls");
        await Queue.ReleaseAsync(task.Lease);

        await Queue.Control.EditAsync(id, new TaskEdit { Payload = Utf8("v2") });

        Assert.Equal(ApprovalStatus.Pending, (await GetRequestAsync(request.Id)).Status);
        await Queue.Control.ApproveAsync(id, "ann");
        Assert.Equal(request.Id, (await AskAsync(await Queue.TakeAsync(id), "Bash", "ls")).Id);
    }

    [Fact]
    public async Task Read_Filtered_GivesTheTrailInOrder()
    {
        var start = Time.GetUtcNow();
        var task = await TakeNewAsync(new NewTask("agent") { Group = "night" });
        var first = await AskAsync(task, "Bash", "1");
        Time.Advance(TimeSpan.FromSeconds(10));
        var second = await AskAsync(task, "Bash", "2");
        await Queue.EnqueueAsync(new NewTask("deploy") { RequiresApproval = true });
        await Approvals.RejectAsync(first.Id, "ann", "no");

        Assert.Equal(3, (await RecordsAsync(null)).Count);
        Assert.Equal([first.Id, second.Id], Ids(await RecordsAsync(new ApprovalQuery { Task = task.Id })));
        Assert.Equal([first.Id], Ids(await RecordsAsync(new ApprovalQuery { Status = ApprovalStatus.Rejected })));
        Assert.Equal([first.Id, second.Id], Ids(await RecordsAsync(new ApprovalQuery { Group = "night" })));
        Assert.Equal([second.Id], Ids(await RecordsAsync(new ApprovalQuery { Group = "night", After = first.Id })));
        Assert.Equal([first.Id], Ids(await RecordsAsync(new ApprovalQuery { Until = start + TimeSpan.FromSeconds(10) })));
        Assert.Equal(2, (await RecordsAsync(new ApprovalQuery { From = start + TimeSpan.FromSeconds(10) })).Count);
    }

    [Fact]
    public async Task Read_LongTrail_IsWholeAndInOrder()
    {
        var ids = await Queue.EnqueueAsync([.. Enumerable.Range(0, 1_201).Select(_ => new NewTask("deploy") { RequiresApproval = true })]);

        Assert.Equal(ids, (await RecordsAsync(null)).Select(record => record.TaskId));
        Assert.Equal(1_000, (await Approvals.ListPendingAsync()).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TaskGone_ByPruneOrRemove_TheRecordStaysForItsTime(bool prune)
    {
        var task = await TakeNewAsync(new NewTask("agent") { Label = "fix" });
        await Approvals.ApproveAsync((await AskAsync(task, "Bash", "x")).Id, "ann", "fine");
        await Queue.CompleteAsync(task.Lease);
        if (prune)
        {
            Assert.Equal(1, await Queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.Zero)));
        }
        else
        {
            await Queue.Control.RemoveAsync([task.Id]);
        }

        var record = Assert.Single(await RecordsAsync(null));
        Assert.Equal((task.Id, true, "ann", "fine", "x", "fix"), (record.TaskId, record.TaskGone, record.DecidedBy, record.Note, record.Arguments, record.Label));
        Time.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMilliseconds(1));
        await Queue.Control.PruneAsync(new RetentionPolicy { Approvals = TimeSpan.FromDays(30) });
        Assert.Single(await RecordsAsync(null));
        Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, await Queue.Control.PruneAsync(new RetentionPolicy { Approvals = TimeSpan.FromDays(30) }));
        Assert.Empty(await RecordsAsync(null));
    }

    [Fact]
    public async Task Prune_RecordsOfTasksThatAreThere_Stay()
    {
        var task = await TakeNewAsync();
        await Approvals.ApproveAsync((await AskAsync(task, "Bash", "x")).Id, "ann");
        await Queue.CompleteAsync(task.Lease);
        Time.Advance(TimeSpan.FromDays(400));

        await Queue.Control.PruneAsync(new RetentionPolicy { Approvals = TimeSpan.Zero });

        Assert.Single(await RecordsAsync(null));
    }

    [Fact]
    public async Task Remove_PendingRequest_IsWithdrawn()
    {
        var id = await Queue.EnqueueAsync(new NewTask("deploy") { RequiresApproval = true });

        await Queue.Control.RemoveAsync([id]);

        var record = Assert.Single(await RecordsAsync(null));
        Assert.Equal((ApprovalStatus.Withdrawn, true), (record.Status, record.TaskGone));
        await Assert.ThrowsAsync<ApprovalStateException>(() => DecideAsync(record.Id, true, "ann", "late"));
    }

    public static TheoryData<string, string> BadCalls => new()
    {
        { "what", "empty" }, { "what", "long" }, { "arguments", "long" }, { "Key", "empty" }, { "ExpiresAfter", "zero" }, { "Approvers", "none" }, { "Approvers", "nameless" },
    };

    [Theory]
    [MemberData(nameof(BadCalls))]
    public async Task Request_OutOfItsLimits_NamesTheArgumentAndStoresNothing(string argument, string how)
    {
        var task = await TakeNewAsync();
        var what = (argument, how) switch { ("what", "empty") => "", ("what", _) => new string('w', 513), _ => "Bash" };
        var arguments = argument == "arguments" ? new string('a', 1_048_577) : "x";
        var options = (argument, how) switch
        {
            ("Key", _) => new ApprovalOptions { Key = "" },
            ("ExpiresAfter", _) => new ApprovalOptions { ExpiresAfter = TimeSpan.Zero },
            ("Approvers", "none") => new ApprovalOptions { Approvers = [] },
            ("Approvers", _) => new ApprovalOptions { Approvers = [""] },
            _ => null,
        };

        var error = await Assert.ThrowsAnyAsync<ArgumentException>(() => Approvals.RequestAsync(task.Lease, what, arguments, options).AsTask());

        Assert.Contains(argument, error.Message, StringComparison.Ordinal);
        Assert.Empty(await RecordsAsync(null));
    }

    private static IEnumerable<ApprovalId> Ids(IEnumerable<ApprovalInfo> records) => records.Select(record => record.Id);

    private async Task<LeasedTask> TakeNewAsync(NewTask? task = null) => await Queue.TakeAsync(await Queue.EnqueueAsync(task ?? new NewTask("agent")));

    private async Task<ApprovalInfo> AskAsync(LeasedTask task, string what, string arguments, ApprovalOptions? options = null)
    {
        var request = await Approvals.RequestAsync(task.Lease, what, arguments, options);
        Assert.NotNull(request);
        return request;
    }

    private async Task<ApprovalInfo> GetRequestAsync(ApprovalId id)
    {
        var request = await Approvals.GetAsync(id);
        Assert.NotNull(request);
        return request;
    }

    private Task DecideAsync(ApprovalId id, bool approve, string by, string why) =>
        approve ? Approvals.ApproveAsync(id, by, why).AsTask() : Approvals.RejectAsync(id, by, why).AsTask();

    private async Task<List<ApprovalInfo>> RecordsAsync(ApprovalQuery? query)
    {
        var records = new List<ApprovalInfo>();
        await foreach (var record in Approvals.ReadAsync(query))
        {
            records.Add(record);
        }

        return records;
    }
}
