using System.Diagnostics.CodeAnalysis;
using DurableQueue.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace DurableQueue.Hosting;

/// <summary>A handler as it was registered with the builder.</summary>
/// <param name="Type">The task type.</param>
/// <param name="Describe">Looks at the handler, once it is known what is registered; an <see cref="ArgumentException"/> says what is wrong with it.</param>
/// <param name="HandlerClass">What the container makes; <see langword="null"/> for a function.</param>
internal sealed record HandlerRegistration(
    string Type,
    Func<IServiceProviderIsService, HandlerDescriptor> Describe,
    [property: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    [param: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    Type? HandlerClass);
