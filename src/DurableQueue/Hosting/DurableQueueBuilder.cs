using System.Text.Json;
using DurableQueue.Hosting;
using DurableQueue.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace DurableQueue;

/// <summary>
/// Says what one queue of a host consists of: its store, its handlers, its workers. Mistakes, such as two handlers for one type, are reported
/// together when the host starts.
/// </summary>
public sealed class DurableQueueBuilder
{
    private readonly QueueRegistration registration;

    internal DurableQueueBuilder(IServiceCollection services, QueueRegistration registration)
    {
        Services = services;
        this.registration = registration;
    }

    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The queue's name: empty for the host's only or main queue.</summary>
    public string Name => registration.Name;

    /// <summary>Registers a handler class, made anew for every attempt from the attempt's own DI scope.</summary>
    /// <typeparam name="TPayload">What the task's JSON payload is read as.</typeparam>
    /// <typeparam name="THandler">The handler; registered as a scoped service unless it is one already.</typeparam>
    /// <param name="type">The task type it serves; one handler per type.</param>
    /// <param name="configure">Settings for tasks of the type.</param>
    public DurableQueueBuilder AddHandler<TPayload, THandler>(string type, Action<HandlerOptions>? configure = null)
        where THandler : class, ITaskHandler<TPayload>
    {
        Services.TryAddScoped<THandler>();
        return Add(HandlerDescriptor.ForClass<TPayload, THandler>(type), configure);
    }

    /// <summary>Registers a handler class that gives a result, made anew for every attempt from the attempt's own DI scope.</summary>
    /// <typeparam name="TPayload">What the task's JSON payload is read as.</typeparam>
    /// <typeparam name="TResult">What is stored as JSON when the handler returns.</typeparam>
    /// <typeparam name="THandler">The handler; registered as a scoped service unless it is one already.</typeparam>
    /// <param name="type">The task type it serves; one handler per type.</param>
    /// <param name="configure">Settings for tasks of the type.</param>
    public DurableQueueBuilder AddHandler<TPayload, TResult, THandler>(string type, Action<HandlerOptions>? configure = null)
        where THandler : class, ITaskHandler<TPayload, TResult>
    {
        Services.TryAddScoped<THandler>();
        return Add(HandlerDescriptor.ForClass<TPayload, TResult, THandler>(type), configure);
    }

    /// <summary>Registers a function as a handler.</summary>
    /// <typeparam name="TPayload">What the task's JSON payload is read as.</typeparam>
    /// <param name="type">The task type it serves; one handler per type.</param>
    /// <param name="handler">Called once per attempt, as <see cref="ITaskHandler{TPayload}.HandleAsync"/> is.</param>
    /// <param name="configure">Settings for tasks of the type.</param>
    public DurableQueueBuilder AddHandler<TPayload>(
        string type, Func<TPayload, TaskContext, CancellationToken, Task> handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(HandlerDescriptor.ForDelegate<TPayload>(type, _ => handler), configure);
    }

    /// <summary>Registers a function that gives a result as a handler.</summary>
    /// <typeparam name="TPayload">What the task's JSON payload is read as.</typeparam>
    /// <typeparam name="TResult">What is stored as JSON when the function returns.</typeparam>
    /// <param name="type">The task type it serves; one handler per type.</param>
    /// <param name="handler">Called once per attempt, as <see cref="ITaskHandler{TPayload, TResult}.HandleAsync"/> is.</param>
    /// <param name="configure">Settings for tasks of the type.</param>
    public DurableQueueBuilder AddHandler<TPayload, TResult>(
        string type, Func<TPayload, TaskContext, CancellationToken, Task<TResult>> handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(HandlerDescriptor.ForDelegate<TPayload, TResult>(type, _ => handler), configure);
    }

    /// <summary>Adds a worker that runs the registered handlers while the host runs. Several may be added, for example for different groups.</summary>
    /// <param name="configure">Changes the worker's settings.</param>
    public DurableQueueBuilder AddWorker(Action<WorkerOptions>? configure = null)
    {
        var options = registration.AddWorker();
        if (configure is not null)
        {
            Services.Configure(options, configure);
        }

        Services.AddSingleton<IHostedService>(services => new WorkerHost(services.GetRequiredKeyedService<QueueOpener>(Name), options, services));
        return this;
    }

    /// <summary>How payloads and results are written and read. Default <see cref="JsonSerializerOptions.Web"/>.</summary>
    /// <param name="options">May carry a source-generated context as its resolver.</param>
    public DurableQueueBuilder UseJson(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        registration.Json = options;
        return this;
    }

    /// <summary>Says how the store is opened; one per queue.</summary>
    internal DurableQueueBuilder UseStore(StoreOpener open)
    {
        registration.Stores.Add(open);
        return this;
    }

    private DurableQueueBuilder Add(HandlerDescriptor handler, Action<HandlerOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(handler.Type, "type");
        registration.Handlers.Add(handler);
        if (configure is not null)
        {
            Services.Configure(registration.OptionsOf(handler), configure);
        }

        return this;
    }
}
