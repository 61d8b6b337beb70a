using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DurableQueue.Hosting;

/// <summary>Tells from the contracts of System.Text.Json whether a type can be written and read, without writing or reading one.</summary>
internal static class JsonContract
{
    /// <returns>Why it cannot; <see langword="null"/> if it can.</returns>
    /// <param name="type">A payload or a result.</param>
    /// <param name="isRead">Whether it must be possible to read it too.</param>
    /// <param name="json">How it is written.</param>
    public static string? FindFlaw(Type type, bool isRead, JsonSerializerOptions json)
    {
        var seen = new HashSet<Type>();
        var open = new Queue<(Type Type, bool IsRead)>([(type, isRead)]);
        while (open.TryDequeue(out var next))
        {
            if (!seen.Add(next.Type))
            {
                continue;
            }

            if (FindMisuse(next.Type) is { } misuse)
            {
                return misuse;
            }

            JsonTypeInfo contract;
            try
            {
                contract = ContractJson.Find(next.Type, json);
            }
            catch (Exception error) when (error is NotSupportedException or InvalidOperationException or ArgumentException)
            {
                return error.Message;
            }

            if (FindFlaw(contract, next.IsRead) is { } flaw)
            {
                return flaw;
            }

            foreach (var part in PartsOf(contract, next.IsRead))
            {
                open.Enqueue(part);
            }
        }

        return null;
    }

    private static string? FindFlaw(JsonTypeInfo contract, bool isRead)
    {
        var isBuiltIn = contract.Converter.GetType().Assembly == typeof(JsonSerializer).Assembly;
        if (isBuiltIn && IsUnsupported(contract.Type))
        {
            return $"{contract.Type} cannot be JSON.";
        }

        return isRead && isBuiltIn && contract is { Kind: JsonTypeInfoKind.Object, CreateObject: null, PolymorphismOptions: null }
            && (contract.Type.IsAbstract || contract.Type.IsInterface)
            ? $"{contract.Type} is abstract and cannot be read."
            : null;
    }

    [UnconditionalSuppressMessage(
        "Trimming", "IL2070", Justification = "An interface that was trimmed away is one that nothing in the program uses: nothing would have enumerated it.")]
    private static bool IsAsyncSequence(Type type) =>
        IsOf(type, typeof(IAsyncEnumerable<>)) || Array.Exists(type.GetInterfaces(), face => IsOf(face, typeof(IAsyncEnumerable<>)));

    /// <summary>What can be written, but would be something else than was meant.</summary>
    private static string? FindMisuse(Type type)
    {
        if (typeof(Task).IsAssignableFrom(type) || type == typeof(ValueTask) || IsOf(type, typeof(ValueTask<>)))
        {
            return $"nothing awaits {type}. Await it, and return its value.";
        }

        if (IsAsyncSequence(type))
        {
            return $"nothing enumerates {type}. Enumerate it, and return a list.";
        }

        if (typeof(System.Collections.IEnumerator).IsAssignableFrom(type))
        {
            return $"{type} is read while it is enumerated. Return a list.";
        }

        return typeof(Stream).IsAssignableFrom(type) ? $"{type} holds no JSON. Take or return the bytes, as ReadOnlyMemory<byte>." : null;
    }

    private static bool IsOf(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;

    /// <summary>The types that System.Text.Json refuses, though it gives a contract for them.</summary>
    private static bool IsUnsupported(Type type) =>
        typeof(Delegate).IsAssignableFrom(type) || typeof(MemberInfo).IsAssignableFrom(type) || type == typeof(IntPtr) || type == typeof(UIntPtr);

    private static IEnumerable<(Type Type, bool IsRead)> PartsOf(JsonTypeInfo contract, bool isRead)
    {
        foreach (var property in contract.Properties)
        {
            var isSet = property.Set is not null || property.AssociatedParameter is not null;
            if (property.Get is not null || (isSet && isRead))
            {
                yield return (property.PropertyType, isRead && isSet);
            }
        }

        if (contract.ElementType is { } element)
        {
            yield return (element, isRead);
        }
    }
}
