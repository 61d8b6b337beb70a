namespace DurableQueue.Worker;

/// <summary>Why some registrations do not fit trimmed programs or ahead-of-time compilation.</summary>
internal static class HandlerReflection
{
    public const string FindsResult =
        "The result type is found among the interfaces of the class. Name it: AddHandler<TPayload, TResult, THandler>(type), or register a function with named type arguments.";

    public const string CompilesCall =
        "The call of the function is put together and compiled at run time. Register AddHandler<TPayload>(type, (payload, context, token) => …), with named type arguments, or a class.";
}
