using System.Runtime.CompilerServices;
using System.Text.Json;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue;

/// <summary>
/// What only a queue in a SQLite file can do, also through the queue that a host gives out: enqueueing inside a transaction of the application,
/// and backups.
/// </summary>
public static class SqliteTaskQueueExtensions
{
    /// <summary>
    /// Stores one task inside the application's transaction, as
    /// <see cref="SqliteTaskQueue.EnqueueAsync(NewTask, SqliteTransaction, CancellationToken)"/> does.
    /// </summary>
    /// <param name="queue">A <see cref="SqliteTaskQueue"/>, or a host's queue that is kept in one.</param>
    /// <param name="task">What to store.</param>
    /// <param name="transaction">Open on the queue's own file, and holding its write lock.</param>
    /// <param name="cancellationToken">Looked at before the first write.</param>
    /// <exception cref="ArgumentException">As there, or the queue is not kept in a SQLite file.</exception>
    /// <exception cref="QueueStorageException">As there.</exception>
    [OverloadResolutionPriority(1)] // Neither a task nor an array of tasks is a payload.
    public static ValueTask<TaskId> EnqueueAsync(
        this ITaskQueue queue, NewTask task, SqliteTransaction transaction, CancellationToken cancellationToken = default) =>
        StoreOf(queue).EnqueueAsync(task, transaction, cancellationToken);

    /// <summary>
    /// Stores up to 10,000 tasks inside the application's transaction, as
    /// <see cref="SqliteTaskQueue.EnqueueAsync(IReadOnlyList{NewTask}, SqliteTransaction, CancellationToken)"/> does: all or none.
    /// </summary>
    /// <param name="queue">A <see cref="SqliteTaskQueue"/>, or a host's queue that is kept in one.</param>
    /// <param name="tasks">May refer to each other by <see cref="TaskDependency.OnItem"/>.</param>
    /// <param name="transaction">Open on the queue's own file, and holding its write lock.</param>
    /// <param name="cancellationToken">Looked at before the first write.</param>
    /// <exception cref="ArgumentException">As there, or the queue is not kept in a SQLite file.</exception>
    /// <exception cref="QueueStorageException">As there.</exception>
    [OverloadResolutionPriority(1)] // Neither a task nor an array of tasks is a payload.
    public static ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(
        this ITaskQueue queue, IReadOnlyList<NewTask> tasks, SqliteTransaction transaction, CancellationToken cancellationToken = default) =>
        StoreOf(queue).EnqueueAsync(tasks, transaction, cancellationToken);

    /// <summary>Stores one task, whose type is the one its payload's handler is registered for, inside the application's transaction.</summary>
    /// <typeparam name="TPayload">A payload type with exactly one handler registered in this host.</typeparam>
    /// <param name="queue">The queue that the host gave out.</param>
    /// <param name="payload">
    /// Written as JSON, as the handler reads it. One that is a <see cref="string"/> could as well be a type's name: say
    /// <c>payload: text, transaction: transaction</c>.
    /// </param>
    /// <param name="transaction">Open on the queue's own file, and holding its write lock.</param>
    /// <param name="configure">Changes the task's settings, after those of <see cref="HandlerOptions"/>.</param>
    /// <param name="cancellationToken">Looked at before the first write.</param>
    /// <exception cref="ArgumentException">
    /// No handler, or more than one, is registered for the payload type; the payload cannot be written; or as for a <see cref="NewTask"/>.
    /// </exception>
    /// <exception cref="QueueStorageException">As for a <see cref="NewTask"/>.</exception>
    public static ValueTask<TaskId> EnqueueAsync<TPayload>(
        this ITaskQueue queue,
        TPayload payload,
        SqliteTransaction transaction,
        Func<NewTask, NewTask>? configure = null,
        CancellationToken cancellationToken = default)
        where TPayload : notnull =>
        StoreOf(queue).EnqueueAsync(TypedTask.Create(queue, null, payload, typeof(TPayload), configure, null), transaction, cancellationToken);

    /// <summary>Stores one task of a named type, with its payload as an object, inside the application's transaction.</summary>
    /// <typeparam name="TPayload">Any type that System.Text.Json can write.</typeparam>
    /// <param name="queue">Any queue in a SQLite file. From a host, the settings of the type's handler apply, if it has one there.</param>
    /// <param name="type">Stable name of the kind of work; same characters as <see cref="NewTask.Type"/>.</param>
    /// <param name="payload">Written as JSON.</param>
    /// <param name="transaction">Open on the queue's own file, and holding its write lock.</param>
    /// <param name="configure">Changes the task's settings, after those of <see cref="HandlerOptions"/>.</param>
    /// <param name="json">How to write it; default: as the host's handlers read it, without a host <see cref="JsonSerializerOptions.Web"/>.</param>
    /// <param name="cancellationToken">Looked at before the first write.</param>
    /// <exception cref="ArgumentException">The payload cannot be written; or as for a <see cref="NewTask"/>.</exception>
    /// <exception cref="QueueStorageException">As for a <see cref="NewTask"/>.</exception>
    public static ValueTask<TaskId> EnqueueAsync<TPayload>(
        this ITaskQueue queue,
        string type,
        TPayload payload,
        SqliteTransaction transaction,
        Func<NewTask, NewTask>? configure = null,
        JsonSerializerOptions? json = null,
        CancellationToken cancellationToken = default)
        where TPayload : notnull
    {
        ArgumentNullException.ThrowIfNull(type);
        return StoreOf(queue).EnqueueAsync(TypedTask.Create(queue, type, payload, typeof(TPayload), configure, json), transaction, cancellationToken);
    }

    /// <summary>
    /// Copies the queue, as it is at one moment, into a new file, as <see cref="SqliteTaskQueue.BackupToAsync"/> does.
    /// </summary>
    /// <param name="queue">A <see cref="SqliteTaskQueue"/>, or a host's queue that is kept in one.</param>
    /// <param name="path">The new file; nothing by that name may exist, its directory must.</param>
    /// <param name="cancellationToken">Ends the copying; nothing is left of it.</param>
    /// <exception cref="ArgumentException">As there, or the queue is not kept in a SQLite file.</exception>
    /// <exception cref="QueueStorageException">As there.</exception>
    public static ValueTask BackupToAsync(this ITaskQueue queue, string path, CancellationToken cancellationToken = default) =>
        StoreOf(queue).BackupToAsync(path, cancellationToken);

    private static SqliteTaskQueue StoreOf(ITaskQueue queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return Find(queue)
            ?? throw new ArgumentException("The queue is not kept in a SQLite file; only such a one can take part in a SqliteTransaction, or be copied.", nameof(queue));
    }

    private static SqliteTaskQueue? Find(ITaskQueue queue) => queue switch
    {
        SqliteTaskQueue file => file,
        ITypedQueue host => Find(host.Store),
        IForwardingStore before => Find(before.Store),
        _ => null,
    };
}
