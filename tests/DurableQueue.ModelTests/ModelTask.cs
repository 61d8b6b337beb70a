using System.Collections.Immutable;

namespace DurableQueue.ModelTests;

/// <summary>One task of the model: what a reader sees of it, and what only shows in what it does later.</summary>
internal sealed record ModelTask
{
    /// <summary>As it is stored; what follows from the clock and the edges is added when it is shown.</summary>
    public required TaskInfo Info { get; init; }

    public byte[] Payload { get; init; } = [];

    public byte[]? Result { get; init; }

    public byte[]? Checkpoint { get; init; }

    public long Token { get; init; }

    public long Position { get; init; }

    public TimeSpan LeaseDuration { get; init; }

    public bool Stashed { get; init; }

    public bool Urgent { get; init; }

    /// <summary>Null: never asked for. A decision is kept.</summary>
    public Approval? Approval { get; init; }

    /// <summary>Cancelled with all that depend on it, so that there was nobody left to be told.</summary>
    public bool CancelledInTree { get; init; }

    /// <summary>By the awaited task.</summary>
    public ImmutableSortedDictionary<long, DependencyInfo> Edges { get; init; } = ImmutableSortedDictionary<long, DependencyInfo>.Empty;

    public ImmutableList<TaskAttempt> Attempts { get; init; } = [];

    /// <summary>The numbers that the finishes of one operation share out among them, in an order that is nobody's business.</summary>
    public (long First, long Last) FinishNumbers { get; init; }

    public long Id => Info.Id.Value;

    public TaskState State => Info.State;

    public bool IsQueued => State == TaskState.Queued;

    public bool IsBroken => Edges.Values.Any(edge => edge.State == DependencyState.Broken);

    public TaskHolds Holds(DateTimeOffset now) => !IsQueued
        ? TaskHolds.None
        : (Edges.Values.Any(edge => edge.State != DependencyState.Satisfied) ? TaskHolds.Dependencies : TaskHolds.None)
            | (Info.NotBefore > now ? TaskHolds.NotBefore : TaskHolds.None)
            | (Stashed ? TaskHolds.Stashed : TaskHolds.None)
            | (Approval == ModelTests.Approval.Pending ? TaskHolds.Approval : TaskHolds.None);

    /// <summary>What the inspector must say about it.</summary>
    public TaskInfo Show(DateTimeOffset now) => Info with
    {
        Holds = Holds(now),
        PendingDependencies = IsQueued ? Edges.Values.Count(edge => edge.State == DependencyState.Waiting) : 0,
        Doomed = IsQueued && IsBroken,
        Urgent = IsQueued && Urgent,
    };

    /// <summary>What a worker gets that has just checked it out.</summary>
    public LeasedTask Give() => new()
    {
        Id = Info.Id,
        Type = Info.Type,
        Payload = Payload,
        Group = Info.Group,
        Label = Info.Label,
        Priority = Info.Priority,
        Attempt = Info.Attempt,
        MaxAttempts = Info.MaxAttempts,
        Lease = new Lease(Info.Id, Token, Info.LeaseExpiresAt!.Value),
        LeaseDuration = LeaseDuration,
        Metadata = Info.Metadata,
        Checkpoint = Checkpoint is { } data ? data : default(ReadOnlyMemory<byte>?),
        EnqueuedAt = Info.EnqueuedAt,
    };

    public ModelTask CheckOut(CheckoutRequest request, DateTimeOffset now)
    {
        var lease = Info.LeaseDuration ?? request.LeaseDuration;
        return this with
        {
            Token = Token + 1,
            Urgent = false,
            LeaseDuration = lease,
            Info = Info with
            {
                State = TaskState.CheckedOut, Attempt = Info.Attempt + 1, LeaseExpiresAt = now + lease, StartedAt = now, Worker = request.Worker,
            },
        };
    }

    public ModelTask WithAttempt(DateTimeOffset now, TaskOutcome outcome, string error) =>
        this with { Attempts = Attempts.Add(new TaskAttempt(Info.Attempt, Info.Worker!, Info.StartedAt!.Value, now, outcome, error)) };

    /// <summary>The same task if none of the edges is news.</summary>
    public ModelTask WithEdges(IEnumerable<DependencyInfo> edges)
    {
        var news = edges.Where(edge => Edges[edge.On.Value] != edge).Select(edge => KeyValuePair.Create(edge.On.Value, edge)).ToList();
        return news.Count == 0 ? this : this with { Edges = Edges.SetItems(news) };
    }

    public ModelTask Requeue(bool charged, DateTimeOffset? notBefore, string? error) => this with
    {
        Info = Info with
        {
            State = TaskState.Queued, Attempt = charged ? Info.Attempt : Info.Attempt - 1, NotBefore = notBefore, LeaseExpiresAt = null, Waiting = false,
            LastError = error ?? Info.LastError,
        },
    };

    public ModelTask Finish(TaskState state, TaskOutcome outcome, string? error, DateTimeOffset now, long sequence) => this with
    {
        Info = Info with
        {
            State = state, Outcome = outcome, FinishedAt = now, FinishSequence = sequence, LeaseExpiresAt = null, Waiting = false, CancelRequested = false,
            LastError = error ?? Info.LastError,
        },
    };

    public ModelTask Revive() => this with
    {
        Result = null,
        Checkpoint = null,
        Stashed = false,
        Urgent = false,
        CancelledInTree = false,
        FinishNumbers = default,
        Approval = Approval == ModelTests.Approval.Rejected ? ModelTests.Approval.Pending : Approval,
        Info = Info with
        {
            State = TaskState.Queued, Outcome = TaskOutcome.None, Attempt = 0, StartedAt = null, FinishedAt = null, FinishSequence = null, Worker = null,
            LastError = null, Progress = null, ProgressMessage = null,
        },
    };

    public ModelTask Edit(TaskEdit edit, DateTimeOffset now) => this with
    {
        Payload = edit.Payload?.ToArray() ?? Payload,
        Approval = edit.Payload is not null && Approval == ModelTests.Approval.Approved ? ModelTests.Approval.Pending : Approval,
        Info = Info with
        {
            Group = edit.Group ?? Info.Group,
            Priority = edit.Priority ?? Info.Priority,
            Label = edit.Label is null ? Info.Label : edit.Label.Length == 0 ? null : edit.Label,
            MaxAttempts = edit.MaxAttempts ?? Info.MaxAttempts,
            NotBefore = edit.NotBefore is null ? Info.NotBefore : edit.NotBefore > now ? edit.NotBefore : null,
        },
    };
}

internal enum Approval
{
    Pending,
    Approved,
    Rejected,
}
