using System.Text.Json;

namespace DurableQueue;

/// <summary>Reading results as objects.</summary>
public static class TaskInspectorExtensions
{
    /// <summary>Reads a task's result from its JSON.</summary>
    /// <typeparam name="TResult">
    /// What it is read as; take a nullable type to tell "no result" from a value. <see cref="ReadOnlyMemory{T}"/> of bytes, or
    /// <see cref="Stream"/>, gives the stored bytes as they are.
    /// </typeparam>
    /// <param name="inspector">Of any queue.</param>
    /// <param name="id">The task.</param>
    /// <param name="json">How to read it; default: as the host's handlers write it, without a host <see cref="JsonSerializerOptions.Web"/>.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The default value if the task has not ended <see cref="TaskOutcome.Succeeded"/>, or its handler gave no result.</returns>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    /// <exception cref="DurableQueueException">The result is not JSON of this type.</exception>
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
            return (TResult?)ContractJson.Read(result.Span, typeof(TResult), json ?? (inspector as IJsonInspector)?.Json ?? ContractJson.Default);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new DurableQueueException($"The result of task {id} cannot be read as {typeof(TResult)}: {error.Message}", error);
        }
    }
}
