using Xunit;

namespace DurableQueue.Conformance;

/// <summary>The lifecycle table: every trigger, from every state and from the sub-states that change an answer.</summary>
public abstract class TransitionConformance : ConformanceTest
{
    private const string Group = "lane";

    /// <summary>One row per trigger, one cell per <see cref="From"/>, in its order.</summary>
    /// <remarks>
    /// A cell is a state, meaning that the call is accepted and the task is in this state afterwards; or an answer that changes
    /// nothing; or an answer and the state it leads to. <c>refused</c> is a <see cref="TaskStateException"/> that names task and state.
    /// </remarks>
    private const string Table = """
                      Ready         Unapproved    Running       Suspended     Stopping        Done          Failed        Cancelled
        Checkout      CheckedOut    null          null          null          null            null          null          null
        Heartbeat     Lost          Lost          CheckedOut    CheckedOut    CheckedOut      Lost          Lost          Lost
        Suspend       false         false         CheckedOut    CheckedOut    false>Cancelled false         false         false
        Resume        false         false         CheckedOut    CheckedOut    CheckedOut      false         false         false
        TakeOver      null          null          null          null          null            null          null          null
        Progress      false         false         CheckedOut    CheckedOut    CheckedOut      false         false         false
        Checkpoint    false         false         CheckedOut    CheckedOut    CheckedOut      false         false         false
        Complete      false         false         Done          Done          Done            false         false         false
        Fail          false         false         Queued        Queued        Cancelled       false         false         false
        FailForGood   false         false         Failed        Failed        Cancelled       false         false         false
        Release       false         false         Queued        Queued        Cancelled       false         false         false
        Snooze        false         false         Queued        Queued        Cancelled       false         false         false
        Reap          0             0             Queued        Queued        Cancelled       0             0             0
        Cancel        Cancelled     Cancelled     CheckedOut    CheckedOut    CheckedOut      finished      finished      finished
        CancelTree    Cancelled     Cancelled     CheckedOut    CheckedOut    CheckedOut      finished      finished      finished
        Retry         refused       refused       refused       refused       refused         Queued        Queued        Queued
        Stash         Queued        Queued        refused       refused       refused         refused       refused       refused
        Unstash       Queued        Queued        refused       refused       refused         refused       refused       refused
        RunNow        Queued        refused       refused       refused       refused         refused       refused       refused
        Approve       refused       Queued        refused       refused       refused         refused       refused       refused
        Reject        refused       Failed        refused       refused       refused         refused       refused       refused
        Edit          Queued        Queued        refused       refused       refused         refused       refused       refused
        SwapFirst     Queued        Queued        refused       refused       refused         refused       refused       refused
        SwapSecond    Queued        Queued        refused       refused       refused         refused       refused       refused
        Remove        removed       removed       refused       refused       refused         removed       removed       removed
        """;

    /// <summary>Where the task stands when the trigger comes.</summary>
    public enum From
    {
        /// <summary>Queued without a hold, given back by a worker that still has its old lease.</summary>
        Ready,

        /// <summary>Queued, never checked out, waits for an approval.</summary>
        Unapproved,

        /// <summary>Checked out.</summary>
        Running,

        /// <summary>Checked out, its slot given back.</summary>
        Suspended,

        /// <summary>Checked out, a cancel was requested.</summary>
        Stopping,

        Done,
        Failed,
        Cancelled,
    }

    public static TheoryData<string, From, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, From, string>();
            var rows = Table.Split('\n').Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
            foreach (var row in rows.Skip(1))
            {
                for (var column = 0; column < rows[0].Length; column++)
                {
                    cells.Add(row[0], Enum.Parse<From>(rows[0][column]), row[column + 1]);
                }
            }

            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Trigger_FromState_GivesWhatTheTableSays(string trigger, From from, string cell)
    {
        await Queue.Groups.EnsureAsync(Group, 2);
        var partner = await Queue.EnqueueAsync(new NewTask("partner") { Group = Group, Stashed = true });
        var (id, lease) = await BringToAsync(from);
        if (trigger == "Reap")
        {
            Time.Advance(TimeSpan.FromSeconds(301));
        }

        var before = await Queue.SnapshotAsync(id);
        var state = before.Info?.State;
        var (expectedAnswer, expectedState) = Read(cell);

        if (expectedAnswer == "refused")
        {
            var error = await Assert.ThrowsAsync<TaskStateException>(async () => await ApplyAsync(trigger, id, lease, partner));
            Assert.Equal((id, state), (error.Id, error.State));
        }
        else
        {
            Assert.Equal(expectedAnswer, await ApplyAsync(trigger, id, lease, partner));
        }

        if (expectedAnswer == "removed")
        {
            Assert.Null(await Queue.Inspector.GetAsync(id));
        }
        else if (expectedState is null)
        {
            Assert.Equal(before, await Queue.SnapshotAsync(id));
        }
        else
        {
            Assert.Equal(expectedState, (await GetAsync(id)).State);
        }

        await Queue.AssertInvariantsAsync();
    }

    [Theory]
    [InlineData("TakeOver")]
    [InlineData("Cancel")]
    [InlineData("CancelTree")]
    [InlineData("Retry")]
    [InlineData("Stash")]
    [InlineData("Unstash")]
    [InlineData("RunNow")]
    [InlineData("Approve")]
    [InlineData("Reject")]
    [InlineData("Edit")]
    [InlineData("SwapFirst")]
    [InlineData("SwapSecond")]
    [InlineData("Remove")]
    public async Task Trigger_TaskWasRemoved_IsNotFound(string trigger)
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a"), new NewTask("partner")]);
        await Queue.Control.RemoveAsync([ids[0]]);
        var before = await Queue.SnapshotAsync(ids[1]);

        var error = await Assert.ThrowsAsync<TaskNotFoundException>(async () => await ApplyAsync(trigger, ids[0], default, ids[1]));

        Assert.Equal(ids[0], error.Id);
        Assert.Equal(before, await Queue.SnapshotAsync(ids[1]));
    }

    private static (string Answer, TaskState? State) Read(string cell)
    {
        var parts = cell.Split('>');
        if (parts.Length == 2)
        {
            return (parts[0], Enum.Parse<TaskState>(parts[1]));
        }

        return Enum.TryParse<TaskState>(cell, out var state) && !char.IsAsciiDigit(cell[0]) ? ("accepted", state) : (cell, null);
    }

    private async Task<(TaskId Id, Lease Lease)> BringToAsync(From from)
    {
        var id = await Queue.EnqueueAsync(new NewTask("a", Utf8("payload"))
        {
            Group = Group,
            Label = "label",
            RequiresApproval = from == From.Unapproved,
            Retry = RetryPolicy.Immediate,
        });
        if (from == From.Unapproved)
        {
            // Its stored token is the one that no checkout has given out yet.
            return (id, new Lease(id, 0, Time.GetUtcNow()));
        }

        var task = await CheckoutAsync();
        Assert.Equal(id, task.Id);
        switch (from)
        {
            case From.Ready:
                Assert.True(await Queue.ReleaseAsync(task.Lease));
                break;
            case From.Suspended:
                Assert.True(await Queue.SuspendAsync(task.Lease));
                break;
            case From.Stopping:
                Assert.Equal(CancelResult.Requested, await Queue.Control.CancelAsync(id, "stop it"));
                break;
            case From.Done:
                Assert.True(await Queue.CompleteAsync(task.Lease, Utf8("result")));
                break;
            case From.Failed:
                Assert.True(await Queue.FailAsync(task.Lease, new TaskFailure("boom") { Permanent = true }));
                break;
            case From.Cancelled:
                Assert.Equal(CancelResult.Requested, await Queue.Control.CancelAsync(id, "stop it"));
                Assert.True(await Queue.ReleaseAsync(task.Lease));
                break;
            case From.Running:
            default:
                break;
        }

        return (id, task.Lease);
    }

    /// <summary>The answer: <c>accepted</c>, or what the call gives when it changes nothing.</summary>
    private async Task<string> ApplyAsync(string trigger, TaskId id, Lease lease, TaskId partner)
    {
        switch (trigger)
        {
            case "Checkout":
                return await Queue.CheckoutAsync(Worker()) is null ? "null" : "accepted";
            case "Heartbeat":
                return await Queue.HeartbeatAsync(lease) is HeartbeatResult.Lost ? "Lost" : "accepted";
            case "Suspend":
                return Accepted(await Queue.SuspendAsync(lease));
            case "Resume":
                return Accepted(await Queue.ResumeAsync(lease));
            case "TakeOver":
                return await Queue.TakeOverAsync(id, "heir") is null ? "null" : "accepted";
            case "Progress":
                return Accepted(await Queue.ReportProgressAsync(lease, 0.5, "half"));
            case "Checkpoint":
                return Accepted(await Queue.CheckpointAsync(lease, Utf8("half")));
            case "Complete":
                return Accepted(await Queue.CompleteAsync(lease, Utf8("other result")));
            case "Fail":
                return Accepted(await Queue.FailAsync(lease, new TaskFailure("other error")));
            case "FailForGood":
                return Accepted(await Queue.FailAsync(lease, new TaskFailure("other error") { Permanent = true }));
            case "Release":
                return Accepted(await Queue.ReleaseAsync(lease));
            case "Snooze":
                return Accepted(await Queue.ReleaseAsync(lease, TimeSpan.FromMinutes(1)));
            case "Reap":
                return await Queue.ReapExpiredAsync() == 0 ? "0" : "accepted";
            case "Cancel":
                return await Queue.Control.CancelAsync(id, "other reason") is CancelResult.AlreadyFinished ? "finished" : "accepted";
            case "CancelTree":
                return await Queue.Control.CancelTreeAsync(id, "other reason") is CancelResult.AlreadyFinished ? "finished" : "accepted";
            case "Remove":
                await Queue.Control.RemoveAsync([id]);
                return "removed";
            default:
                await ControlAsync(trigger, id, partner);
                return "accepted";
        }
    }

    private ValueTask ControlAsync(string trigger, TaskId id, TaskId partner) => trigger switch
    {
        "Retry" => Queue.Control.RetryAsync(id),
        "Stash" => Queue.Control.StashAsync(id),
        "Unstash" => Queue.Control.UnstashAsync(id),
        "RunNow" => Queue.Control.RunNowAsync(id),
        "Approve" => Queue.Control.ApproveAsync(id, "ann"),
        "Reject" => Queue.Control.RejectAsync(id, "ann", "no"),
        "Edit" => Queue.Control.EditAsync(id, new TaskEdit { Payload = Utf8("other"), Label = "other", Priority = 3, Group = "other" }),
        "SwapFirst" => Queue.Control.SwapAsync(id, partner),
        "SwapSecond" => Queue.Control.SwapAsync(partner, id),
        _ => throw new ArgumentOutOfRangeException(nameof(trigger), trigger, "Not in the table."),
    };

    private static string Accepted(bool answer) => answer ? "accepted" : "false";
}
