using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using DurableQueue.Hosting;
using DurableQueue.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace DurableQueue;

/// <summary>
/// Configures one queue of a host: its store, its handlers and its workers. Errors, such as two handlers for one type, are reported together when the host
/// starts.
/// </summary>
public sealed class DurableQueueBuilder
{
    private const DynamicallyAccessedMemberTypes HandlerClass = DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.Interfaces;

    private readonly QueueRegistration registration;

    internal DurableQueueBuilder(IServiceCollection services, QueueRegistration registration)
    {
        Services = services;
        this.registration = registration;
    }

    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The name of the queue; empty for the main queue of the host.</summary>
    public string Name => registration.Name;

    /// <summary>Registers a handler class. An instance is created for every attempt, from the attempt's DI scope.</summary>
    /// <typeparam name="TPayload">
    /// The type of the payload, which is read as JSON; or <see cref="ReadOnlyMemory{T}"/> of bytes or <see cref="Stream"/> for the stored bytes.
    /// </typeparam>
    /// <typeparam name="THandler">
    /// The handler, which implements <see cref="ITaskHandler{TPayload}"/> or <see cref="ITaskHandler{TPayload, TResult}"/>. This is validated when
    /// the host starts. It is registered as a transient service unless it is already registered.
    /// </typeparam>
    /// <param name="type">The task type. There can be only one handler per type.</param>
    /// <param name="configure">Configures the handler and the settings of its tasks.</param>
    [RequiresDynamicCode(HandlerReflection.FindsResult)]
    public DurableQueueBuilder AddHandler<TPayload, [DynamicallyAccessedMembers(HandlerClass)] THandler>(string type, Action<HandlerOptions>? configure = null)
        where THandler : class
    {
        ArgumentNullException.ThrowIfNull(type);
        return AddClass<THandler>(type, _ => ClassHandler.Describe<TPayload, THandler>(type), configure);
    }

    /// <summary>Registers a handler class for the task type in the <see cref="TaskTypeAttribute"/> of the payload type.</summary>
    /// <typeparam name="TPayload">The type of the payload, which is read as JSON and has the attribute.</typeparam>
    /// <typeparam name="THandler">
    /// The handler, which implements <see cref="ITaskHandler{TPayload}"/> or <see cref="ITaskHandler{TPayload, TResult}"/>. This is validated when
    /// the host starts. It is registered as a transient service unless it is already registered.
    /// </typeparam>
    /// <param name="configure">Configures the handler and the settings of its tasks.</param>
    [RequiresDynamicCode(HandlerReflection.FindsResult)]
    public DurableQueueBuilder AddHandler<TPayload, [DynamicallyAccessedMembers(HandlerClass)] THandler>(Action<HandlerOptions>? configure = null)
        where THandler : class
    {
        if (PayloadAttributes.Find(typeof(TPayload)) is { } attribute)
        {
            return AddHandler<TPayload, THandler>(attribute.Name, configure);
        }

        registration.Mistakes.Add(registration.Qualify(
            $"{typeof(THandler)} is registered without a task type, and its payload type {typeof(TPayload)} has no [TaskType]. Set one of them."));
        return this;
    }

    /// <summary>Registers a handler class that returns a result. An instance is created for every attempt, from the attempt's DI scope.</summary>
    /// <typeparam name="TPayload">
    /// The type of the payload, which is read as JSON; or <see cref="ReadOnlyMemory{T}"/> of bytes or <see cref="Stream"/> for the stored bytes.
    /// </typeparam>
    /// <typeparam name="TResult">The type of the result, which is stored with the task.</typeparam>
    /// <typeparam name="THandler">The handler. It is registered as a transient service unless it is already registered.</typeparam>
    /// <param name="type">The task type. There can be only one handler per type.</param>
    /// <param name="configure">Configures the handler and the settings of its tasks.</param>
    public DurableQueueBuilder AddHandler<TPayload, TResult, [DynamicallyAccessedMembers(HandlerClass)] THandler>(string type, Action<HandlerOptions>? configure = null)
        where THandler : class, ITaskHandler<TPayload, TResult>
    {
        ArgumentNullException.ThrowIfNull(type);
        return AddClass<THandler>(type, _ => ClassHandler.DescribeWithResult<TPayload, TResult, THandler>(type), configure);
    }

    /// <summary>Registers a handler class that reads no payload. An instance is created for every attempt, from the attempt's DI scope.</summary>
    /// <typeparam name="THandler">
    /// The handler, which implements <see cref="ITaskHandler"/> or <see cref="ITaskHandlerWithResult{TResult}"/>. This is validated when the host starts. It is
    /// registered as a transient service unless it is already registered.
    /// </typeparam>
    /// <param name="type">The task type. There can be only one handler per type.</param>
    /// <param name="configure">Configures the handler and the settings of its tasks.</param>
    [RequiresDynamicCode(HandlerReflection.FindsResult)]
    public DurableQueueBuilder AddHandler<[DynamicallyAccessedMembers(HandlerClass)] THandler>(string type, Action<HandlerOptions>? configure = null)
        where THandler : class
    {
        ArgumentNullException.ThrowIfNull(type);
        return AddClass<THandler>(type, _ => ClassHandler.Describe<THandler>(type), configure);
    }

    /// <summary>Registers a function as a handler that reads no payload. If a task has a payload, it is ignored.</summary>
    /// <param name="type">The task type. There can be only one handler per type.</param>
    /// <param name="handler">The function, which is called once per attempt like <see cref="ITaskHandler.HandleAsync"/>.</param>
    /// <param name="configure">Configures the handler and the settings of its tasks.</param>
    public DurableQueueBuilder AddHandler(
        string type, Func<TaskContext, CancellationToken, Task> handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var descriptor = HandlerDescriptor.Create(type, call => handler(call.Context, call.CancellationToken));
        return Add(new HandlerRegistration(type, _ => descriptor, null), configure);
    }

    /// <summary>Registers a function as a handler that reads no payload and returns a result.</summary>
    /// <typeparam name="TResult">The type of the result, which is stored with the task.</typeparam>
    /// <param name="type">The task type. There can be only one handler per type.</param>
    /// <param name="handler">The function, which is called once per attempt like <see cref="ITaskHandlerWithResult{TResult}.HandleAsync"/>.</param>
    /// <param name="configure">Configures the handler and the settings of its tasks.</param>
    public DurableQueueBuilder AddHandler<TResult>(
        string type, Func<TaskContext, CancellationToken, Task<TResult>> handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var descriptor = HandlerDescriptor.CreateWithResult<TResult>(type, call => handler(call.Context, call.CancellationToken));
        return Add(new HandlerRegistration(type, _ => descriptor, null), configure);
    }

    /// <summary>Registers a function as a handler.</summary>
    /// <typeparam name="TPayload">
    /// The type of the payload, which is read as JSON; or <see cref="ReadOnlyMemory{T}"/> of bytes or <see cref="Stream"/> for the stored bytes.
    /// </typeparam>
    /// <param name="type">The task type. There can be only one handler per type.</param>
    /// <param name="handler">The function, which is called once per attempt like <see cref="ITaskHandler{TPayload}.HandleAsync"/>.</param>
    /// <param name="configure">Configures the handler and the settings of its tasks.</param>
    public DurableQueueBuilder AddHandler<TPayload>(
        string type, Func<TPayload, TaskContext, CancellationToken, Task> handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var descriptor = HandlerDescriptor.Create<TPayload>(type, (payload, call) => handler(payload, call.Context, call.CancellationToken));
        return Add(new HandlerRegistration(type, _ => descriptor, null), configure);
    }

    /// <summary>Registers a function as a handler that returns a result.</summary>
    /// <typeparam name="TPayload">
    /// The type of the payload, which is read as JSON; or <see cref="ReadOnlyMemory{T}"/> of bytes or <see cref="Stream"/> for the stored bytes.
    /// </typeparam>
    /// <typeparam name="TResult">What is stored when the function returns.</typeparam>
    /// <param name="type">The task type. There can be only one handler per type.</param>
    /// <param name="handler">The function, which is called once per attempt like <see cref="ITaskHandler{TPayload, TResult}.HandleAsync"/>.</param>
    /// <param name="configure">Configures the handler and the settings of its tasks.</param>
    public DurableQueueBuilder AddHandler<TPayload, TResult>(
        string type, Func<TPayload, TaskContext, CancellationToken, Task<TResult>> handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var descriptor = HandlerDescriptor.CreateWithResult<TPayload, TResult>(
            type, (payload, call) => handler(payload, call.Context, call.CancellationToken));
        return Add(new HandlerRegistration(type, _ => descriptor, null), configure);
    }

    /// <summary>
    /// Registers any function as a handler. Its parameters can be, in any order, at most one payload, and any number of <see cref="TaskContext"/>,
    /// <see cref="CancellationToken"/> and services, which come from the attempt's DI scope (keyed services with <c>[FromKeyedServices]</c>). The
    /// payload is the parameter whose type is not a registered service. It is read as JSON; <see cref="ReadOnlyMemory{T}"/> of bytes and
    /// <see cref="Stream"/> get the stored bytes.
    /// </summary>
    /// <param name="type">The task type. There can be only one handler per type.</param>
    /// <param name="handler">
    /// The function, which returns <see cref="Task"/>, <see cref="ValueTask"/> or nothing; or a result, directly or in a <see cref="Task{TResult}"/> or
    /// <see cref="ValueTask{TResult}"/>, which is stored as JSON. It is validated and compiled once, when the host starts. Functions that can't be awaited are
    /// refused: <c>async void</c>, a task in a task, an <see cref="IAsyncEnumerable{T}"/>, or a delegate with several functions.
    /// </param>
    /// <param name="configure">Configures the handler and the settings of its tasks.</param>
    [RequiresDynamicCode(HandlerReflection.CompilesCall)]
    [RequiresUnreferencedCode(HandlerReflection.CompilesCall)]
    public DurableQueueBuilder AddHandler(string type, Delegate handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(new HandlerRegistration(type, services => DelegateHandler.Describe(type, handler, services), null), configure);
    }

    /// <summary>
    /// Declares a schedule. When the host starts, the schedule is created if it doesn't exist, and updated if the declaration has changed since the last start;
    /// otherwise edits and pauses made by people are kept. A schedule that is no longer declared is kept until it is removed: see
    /// <see cref="ITaskSchedules.DeclareAsync"/>.
    /// </summary>
    /// <param name="name">The name of the schedule. It can be declared only once.</param>
    /// <param name="expression">When it fires, as in <see cref="NewSchedule.Expression"/>.</param>
    /// <param name="task">The task to enqueue. The settings of the type's handler are not applied.</param>
    /// <param name="configure">Changes further settings, such as the time zone.</param>
    public DurableQueueBuilder AddSchedule(string name, string expression, NewTask task, Func<NewSchedule, NewSchedule>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        return AddSchedule(name, expression, _ => task, configure);
    }

    /// <summary>Declares a schedule that enqueues a payload like a typed enqueue, with the type and the settings of the payload's handler.</summary>
    /// <inheritdoc cref="AddSchedule(string, string, NewTask, Func{NewSchedule, NewSchedule}?)"/>
    /// <typeparam name="TPayload">A payload type with a <see cref="TaskTypeAttribute"/>, or with exactly one handler registered in this host.</typeparam>
    /// <param name="name">The name of the schedule. It can be declared only once.</param>
    /// <param name="expression">When it fires, as in <see cref="NewSchedule.Expression"/>.</param>
    /// <param name="payload">The payload, which is written as JSON once, when the host starts.</param>
    /// <param name="configure">Changes further settings, also of the task: <c>s => s with { Task = s.Task with { Group = "reports" } }</c>.</param>
    public DurableQueueBuilder AddSchedule<TPayload>(
        string name, string expression, TPayload payload, Func<NewSchedule, NewSchedule>? configure = null)
        where TPayload : notnull =>
        AddSchedule(name, expression, handlers => TypedTask.Create(handlers, null, payload, typeof(TPayload), null, null), configure);

    /// <summary>Wraps every attempt of every handler of the queue in a function. The middleware that is registered first is the outermost.</summary>
    /// <param name="middleware">
    /// The function, which is called like <see cref="ITaskMiddleware.InvokeAsync"/> with the context, the rest of the attempt and the token.
    /// </param>
    public DurableQueueBuilder Use(Func<TaskContext, Func<CancellationToken, Task>, CancellationToken, Task> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        registration.Middleware.Add(_ => middleware);
        return this;
    }

    /// <summary>Wraps every attempt of every handler of the queue in a class. The middleware that is registered first is the outermost.</summary>
    /// <typeparam name="TMiddleware">
    /// The class. It is created from the attempt's DI scope, and registered as a scoped service unless it is already registered.
    /// </typeparam>
    public DurableQueueBuilder Use<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TMiddleware>()
        where TMiddleware : class, ITaskMiddleware
    {
        Services.TryAddScoped<TMiddleware>();
        registration.Middleware.Add(services => services.GetRequiredService<TMiddleware>().InvokeAsync);
        return this;
    }

    /// <summary>
    /// Stores an approval gate when the host starts, replacing one with the same name: tasks that match it need an approval before they run. Other
    /// gates that are already stored are kept.
    /// </summary>
    /// <param name="gate">The gate, which is validated when the host starts.</param>
    public DurableQueueBuilder AddApprovalGate(ApprovalGate gate)
    {
        ArgumentNullException.ThrowIfNull(gate);
        registration.Gates.Add(gate);
        return this;
    }

    /// <summary>
    /// Sets the router that chooses the type of tasks that were enqueued without one (<see cref="NewTask.AutoType"/>). A queue can have one router. The host's
    /// workers call it.
    /// </summary>
    /// <typeparam name="TRouter">
    /// The router. It is created from the attempt's DI scope, and registered as a scoped service unless it is already registered.
    /// </typeparam>
    /// <param name="configure">Changes the options.</param>
    public DurableQueueBuilder UseRouter<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TRouter>(Action<RouterOptions>? configure = null)
        where TRouter : class, ITaskRouter
    {
        Services.TryAddScoped<TRouter>();
        return UseRouter(services => services.GetRequiredService<TRouter>(), configure);
    }

    /// <summary>Sets the router that chooses the type of tasks that were enqueued without one. A queue can have one router.</summary>
    /// <param name="router">The router, for example a <see cref="RuleBasedRouter"/>. It must be thread-safe.</param>
    /// <param name="configure">Changes the settings.</param>
    public DurableQueueBuilder UseRouter(ITaskRouter router, Action<RouterOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(router);
        return UseRouter(_ => router, configure);
    }

    /// <summary>
    /// Deletes finished tasks while the host runs, when they are older than the policy allows. Without it, they are kept forever. Like
    /// <see cref="ITaskControl.PruneAsync"/>, it deletes in chunks, and keeps tasks that an unfinished task still depends on.
    /// </summary>
    /// <param name="policy">
    /// The policy, which must set at least one time. Times are one minute to 100 years, and are validated when the host starts. Further calls add
    /// policies, for example for other groups; a task is deleted as soon as one of them allows it. The policies replace those of the configuration
    /// (<see cref="Configure"/>).
    /// </param>
    /// <remarks>
    /// Runs when the host starts and then once an hour, or more often if a time is shorter than ten hours. If several hosts share a file, one at a
    /// time does the work, by its own policy. After a crash, the next run continues.
    /// </remarks>
    public DurableQueueBuilder KeepFinished(RetentionPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        registration.Retention.Add(policy);
        return this;
    }

    /// <summary>Adds a worker that runs the registered handlers while the host runs. A host can have several, for example for different groups.</summary>
    /// <param name="configure">Changes the worker's options.</param>
    public DurableQueueBuilder AddWorker(Action<WorkerOptions>? configure = null) => Add(registration.AddWorker(null), configure);

    /// <summary>Adds a named worker that runs the registered handlers while the host runs.</summary>
    /// <param name="name">
    /// The <see cref="WorkerOptions.Name"/>, which is also the key of its options in the configuration (<see cref="Configure"/>). It must be unique.
    /// </param>
    /// <param name="configure">Changes the worker's settings.</param>
    public DurableQueueBuilder AddWorker(string name, Action<WorkerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Add(registration.AddWorker(name), configure);
    }

    /// <summary>Reads settings from the host's configuration. Settings in code take precedence, regardless of the order of the calls.</summary>
    /// <param name="section">
    /// The section, with <c>Store</c> (<c>Path</c> and the properties of <see cref="SqliteQueueOptions"/>), <c>Workers</c> (by the name passed to
    /// <see cref="AddWorker(string, Action{WorkerOptions})"/>), <c>Handlers</c> (by task type) and <c>Retention</c> (the times and groups of a
    /// <see cref="RetentionPolicy"/>: see <see cref="KeepFinished"/>). An unknown key or an invalid value fails the start of the host with an error
    /// that names its path.
    /// </param>
    /// <remarks>The section is read when the host starts; later changes have no effect. Types with a colon can't be keys.</remarks>
    public DurableQueueBuilder Configure(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        registration.Configuration.Add(section);
        return this;
    }

    /// <summary>Sets the JSON options of payloads and results. The default is <see cref="JsonSerializerOptions.Web"/>.</summary>
    /// <param name="options">The options. Their resolver can be a source-generated context.</param>
    public DurableQueueBuilder UseJson(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        registration.Json = options;
        return this;
    }

    /// <summary>Makes payloads and results be read and written only with a source-generated context, without reflection.</summary>
    /// <param name="context">The context. It must include all payload and result types, which is validated when the host starts.</param>
    public DurableQueueBuilder UseJson(JsonSerializerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return UseJson(context.Options);
    }

    /// <summary>Registers a handler that reads its payload and writes its result itself.</summary>
    internal DurableQueueBuilder AddHandler(HandlerDescriptor handler) => Add(new HandlerRegistration(handler.Type, _ => handler, null), null);

    /// <summary>Adds an error of the registration, which is reported when the host starts.</summary>
    internal void AddMistake(string mistake) => registration.Mistakes.Add(registration.Qualify(mistake));

    /// <summary>Sets the store of the queue. A queue can have one store.</summary>
    internal DurableQueueBuilder UseStore(Func<QueueRegistration, StoreRegistration> store)
    {
        registration.Stores.Add(store(registration));
        return this;
    }

    private DurableQueueBuilder UseRouter(Func<IServiceProvider, ITaskRouter> create, Action<RouterOptions>? configure)
    {
        var options = new RouterOptions();
        configure?.Invoke(options);
        registration.Routers.Add(new RouterRegistration(create, options));
        return this;
    }

    private DurableQueueBuilder Add(string workerOptions, Action<WorkerOptions>? configure)
    {
        if (configure is not null)
        {
            Services.Configure(workerOptions, configure);
        }

        Services.AddSingleton<IHostedService>(services => new WorkerHost(services.GetRequiredKeyedService<QueueOpener>(Name), workerOptions, services));
        return this;
    }

    private DurableQueueBuilder AddSchedule(
        string name, string expression, Func<HandlerCatalog, NewTask> task, Func<NewSchedule, NewSchedule>? configure)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(expression);
        registration.Schedules.Add(new ScheduleRegistration(name, handlers =>
        {
            var schedule = new NewSchedule(name, expression, task(handlers));
            return configure?.Invoke(schedule) ?? schedule;
        }));
        return this;
    }

    private DurableQueueBuilder AddClass<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        string type, Func<IServiceProviderIsService, HandlerDescriptor> describe, Action<HandlerOptions>? configure)
        where THandler : class
    {
        var isOurs = Services.All(service => service.ServiceType != typeof(THandler));
        Services.TryAddTransient<THandler>();
        return Add(new HandlerRegistration(type, describe, isOurs ? typeof(THandler) : null), configure);
    }

    private DurableQueueBuilder Add(HandlerRegistration handler, Action<HandlerOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(handler.Type, "type");
        registration.Handlers.Add(handler);
        if (configure is not null)
        {
            Services.Configure(registration.OptionsOf(handler.Type), configure);
        }

        return this;
    }
}
