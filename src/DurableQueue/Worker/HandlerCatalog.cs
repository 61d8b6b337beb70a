using System.Text.Json;

namespace DurableQueue.Worker;

/// <summary>The handlers of one queue, by task type.</summary>
internal sealed class HandlerCatalog : ITypedQueue
{
    private readonly Dictionary<string, HandlerDescriptor> handlers;
    private readonly Dictionary<string, HandlerOptions> settings;
    private readonly ILookup<Type, string> typesByPayload;

    public HandlerCatalog(
        IReadOnlyList<HandlerDescriptor> handlers, Func<HandlerDescriptor, HandlerOptions> settingsOf, JsonSerializerOptions json)
    {
        this.handlers = handlers.ToDictionary(handler => handler.Type, StringComparer.Ordinal);
        settings = handlers.ToDictionary(handler => handler.Type, settingsOf, StringComparer.Ordinal);
        typesByPayload = handlers.ToLookup(handler => handler.PayloadType, handler => handler.Type);
        Types = [.. this.handlers.Keys.Order(StringComparer.Ordinal)];
        Json = json;
    }

    public IReadOnlyList<string> Types { get; }

    public JsonSerializerOptions Json { get; }

    public HandlerDescriptor this[string type] => handlers[type];

    public NewTask WithHandlerSettings(NewTask task) =>
        settings.TryGetValue(task.Type, out var options) ? options.ApplyTo(task) : task;

    public string TypeFor(Type payload)
    {
        var types = typesByPayload[payload].ToArray();
        return types.Length switch
        {
            1 => types[0],
            0 => throw new ArgumentException($"No handler is registered for the payload type {payload}: register one, or name the task type.", nameof(payload)),
            _ => throw new ArgumentException(
                $"The payload type {payload} has handlers for several task types ({string.Join(", ", types)}): name the one meant.", nameof(payload)),
        };
    }
}
