using System.Reflection;
using System.Runtime.CompilerServices;

namespace DurableQueue;

/// <summary>Caches the attributes of payload types, without keeping the types alive.</summary>
internal static class PayloadAttributes
{
    private static readonly ConditionalWeakTable<Type, StrongBox<TaskTypeAttribute?>> Known = [];

    public static TaskTypeAttribute? Find(Type payload) =>
        Known.GetValue(payload, type => new StrongBox<TaskTypeAttribute?>(type.GetCustomAttribute<TaskTypeAttribute>(inherit: false))).Value;
}
