using System.Text.Json;
using DurableQueue.Queueing;

namespace DurableQueue;

/// <summary>Reads results as objects.</summary>
public static class TaskInspectorExtensions
{
    /// <summary>Reads the result of a task and deserializes it from JSON.</summary>
    /// <typeparam name="TResult">
    /// The type of the result. Use a nullable type to distinguish a missing result from a value. <see cref="ReadOnlyMemory{T}"/> of bytes and
    /// <see cref="Stream"/> return the stored bytes.
    /// </typeparam>
    /// <param name="inspector">The inspector of any queue.</param>
    /// <param name="id">The task.</param>
    /// <param name="json">How the result is read. The default is the JSON options of the host, or <see cref="JsonSerializerOptions.Web"/> without a host.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The result; the default value if the task has none.</returns>
    /// <exception cref="TaskNotFoundException">The task doesn't exist.</exception>
    /// <exception cref="DurableQueueException">The result can't be deserialized to this type.</exception>
    public static async ValueTask<TResult?> GetResultAsync<TResult>(
        this ITaskInspector inspector, TaskId id, JsonSerializerOptions? json = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inspector);
        if (await inspector.GetResultAsync(id, cancellationToken).ConfigureAwait(false) is not { IsEmpty: false } result)
        {
            return default;
        }

        if (RawBytes.AreReadAs(typeof(TResult)))
        {
            return RawBytes.Read<TResult>(result);
        }

        try
        {
            return (TResult?)ContractJson.Read(result.Span, typeof(TResult), json ?? (inspector as TaskInspector)?.Json ?? ContractJson.Default);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new DurableQueueException($"The result of task {id} cannot be read as {typeof(TResult)}: {error.Message}", error);
        }
    }
}
