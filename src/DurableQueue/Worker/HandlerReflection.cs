namespace DurableQueue.Worker;

/// <summary>Messages for registrations that don't work in trimmed or ahead-of-time compiled programs.</summary>
internal static class HandlerReflection
{
    public const string FindsResult =
        "Finds the result type by reflection over the interfaces of the class. Use AddHandler<TPayload, TResult, THandler>(type), or a function with explicit type arguments.";

    public const string CompilesCall =
        "Compiles the call of the function at run time. Use AddHandler<TPayload>(type, (payload, context, token) => …), with explicit type arguments, or a class.";
}
