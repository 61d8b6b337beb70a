using System.Reflection;
using System.Runtime.CompilerServices;

namespace DurableQueue;

/// <summary>The attributes of payload types: each is looked up once, and forgotten with its type.</summary>
internal static class PayloadAttributes
{
    private static readonly ConditionalWeakTable<Type, StrongBox<TaskTypeAttribute?>> Known = [];

    public static TaskTypeAttribute? Find(Type payload) =>
        Known.GetValue(payload, type => new StrongBox<TaskTypeAttribute?>(type.GetCustomAttribute<TaskTypeAttribute>(inherit: false))).Value;
}
