namespace DurableQueue.ModelTests.Approvals;

/// <summary>One task of the model.</summary>
internal sealed class GatedTask(long id, string group, string payload, ApprovalTerms? own)
{
    public long Id { get; } = id;

    public string Group { get; set; } = group;

    public string Payload { get; set; } = payload;

    /// <summary>What it was itself enqueued to need.</summary>
    public ApprovalTerms? Own { get; } = own;

    public TaskState State { get; set; }

    public TaskOutcome Outcome { get; set; }

    /// <summary>Waits for the approval before its run.</summary>
    public bool IsHeld { get; set; }

    /// <summary>The latest one before a run, decided or not.</summary>
    public ModelRequest? BeforeRun { get; set; }

    public Lease? Lease { get; set; }

    public int Attempt { get; set; }
}
