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
/// Says what one queue of a host consists of: its store, its handlers, its workers. Mistakes, such as two handlers for one type, are reported
/// together when the host starts.
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

    /// <summary>The queue's name: empty for the host's only or main queue.</summary>
    public string Name => registration.Name;

    /// <summary>Registers a handler class, made anew for every attempt from the attempt's own DI scope.</summary>
    /// <typeparam name="TPayload">What the task's payload is read as: JSON, or the bytes (<see cref="ReadOnlyMemory{T}"/>, <see cref="Stream"/>).</typeparam>
    /// <typeparam name="THandler">
    /// Implements <see cref="ITaskHandler{TPayload}"/> or <see cref="ITaskHandler{TPayload, TResult}"/>, which is checked when the host starts;
    /// registered as a transient service unless it is a service already; made once an attempt, from the attempt's own DI scope.
    /// </typeparam>
    /// <param name="type">The task type it serves; one handler per type.</param>
    /// <param name="configure">Settings of the handler and its tasks.</param>
    [RequiresDynamicCode(HandlerReflection.FindsResult)]
    public DurableQueueBuilder AddHandler<TPayload, [DynamicallyAccessedMembers(HandlerClass)] THandler>(string type, Action<HandlerOptions>? configure = null)
        where THandler : class
    {
        ArgumentNullException.ThrowIfNull(type);
        return AddClass<THandler>(type, _ => ClassHandler.Describe<TPayload, THandler>(type), configure);
    }

    /// <summary>Registers a handler class for the type that the payload's <see cref="TaskTypeAttribute"/> names.</summary>
    /// <typeparam name="TPayload">What the task's JSON payload is read as; has the attribute.</typeparam>
    /// <typeparam name="THandler">As for the overload with a type.</typeparam>
    /// <param name="configure">Settings of the handler and its tasks.</param>
    [RequiresDynamicCode(HandlerReflection.FindsResult)]
    public DurableQueueBuilder AddHandler<TPayload, [DynamicallyAccessedMembers(HandlerClass)] THandler>(Action<HandlerOptions>? configure = null)
        where THandler : class
    {
        if (PayloadAttributes.Find(typeof(TPayload)) is { } attribute)
        {
            return AddHandler<TPayload, THandler>(attribute.Name, configure);
        }

        registration.Mistakes.Add(registration.Qualify(
            $"{typeof(THandler)} is registered without a task type, and its payload {typeof(TPayload)} has no [TaskType]: give one of them."));
        return this;
    }

    /// <summary>Registers a handler class that gives a result, made anew for every attempt from the attempt's own DI scope.</summary>
    /// <typeparam name="TPayload">What the task's payload is read as: JSON, or the bytes (<see cref="ReadOnlyMemory{T}"/>, <see cref="Stream"/>).</typeparam>
    /// <typeparam name="TResult">What is stored when the handler returns.</typeparam>
    /// <typeparam name="THandler">The handler; registered as a transient service unless it is a service already; made once an attempt.</typeparam>
    /// <param name="type">The task type it serves; one handler per type.</param>
    /// <param name="configure">Settings for tasks of the type.</param>
    public DurableQueueBuilder AddHandler<TPayload, TResult, [DynamicallyAccessedMembers(HandlerClass)] THandler>(string type, Action<HandlerOptions>? configure = null)
        where THandler : class, ITaskHandler<TPayload, TResult>
    {
        ArgumentNullException.ThrowIfNull(type);
        return AddClass<THandler>(type, _ => ClassHandler.DescribeWithResult<TPayload, TResult, THandler>(type), configure);
    }

    /// <summary>Registers a handler class for tasks that need no payload; created anew for every attempt, from the attempt's own DI scope.</summary>
    /// <typeparam name="THandler">
    /// Implements <see cref="ITaskHandler"/> or <see cref="ITaskHandlerWithResult{TResult}"/>, which is checked when the host starts; registered as a
    /// transient service unless it is a service already.
    /// </typeparam>
    /// <param name="type">The task type it serves; one handler per type.</param>
    /// <param name="configure">Settings of the handler and its tasks.</param>
    [RequiresDynamicCode(HandlerReflection.FindsResult)]
    public DurableQueueBuilder AddHandler<[DynamicallyAccessedMembers(HandlerClass)] THandler>(string type, Action<HandlerOptions>? configure = null)
        where THandler : class
    {
        ArgumentNullException.ThrowIfNull(type);
        return AddClass<THandler>(type, _ => ClassHandler.Describe<THandler>(type), configure);
    }

    /// <summary>Registers a function as a handler for tasks that need no payload; one that a task has all the same is not read.</summary>
    /// <param name="type">The task type it serves; one handler per type.</param>
    /// <param name="handler">Called once per attempt, as <see cref="ITaskHandler.HandleAsync"/> is.</param>
    /// <param name="configure">Settings for tasks of the type.</param>
    public DurableQueueBuilder AddHandler(
        string type, Func<TaskContext, CancellationToken, Task> handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var descriptor = HandlerDescriptor.Create(type, call => handler(call.Context, call.CancellationToken));
        return Add(new HandlerRegistration(type, _ => descriptor, null), configure);
    }

    /// <summary>Registers a function that gives a result as a handler for tasks that need no payload.</summary>
    /// <typeparam name="TResult">What is stored when the function returns.</typeparam>
    /// <param name="type">The task type it serves; one handler per type.</param>
    /// <param name="handler">Called once per attempt, as <see cref="ITaskHandlerWithResult{TResult}.HandleAsync"/> is.</param>
    /// <param name="configure">Settings for tasks of the type.</param>
    public DurableQueueBuilder AddHandler<TResult>(
        string type, Func<TaskContext, CancellationToken, Task<TResult>> handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var descriptor = HandlerDescriptor.CreateWithResult<TResult>(type, call => handler(call.Context, call.CancellationToken));
        return Add(new HandlerRegistration(type, _ => descriptor, null), configure);
    }

    /// <summary>Registers a function as a handler.</summary>
    /// <typeparam name="TPayload">What the task's payload is read as: JSON, or the bytes (<see cref="ReadOnlyMemory{T}"/>, <see cref="Stream"/>).</typeparam>
    /// <param name="type">The task type it serves; one handler per type.</param>
    /// <param name="handler">Called once per attempt, as <see cref="ITaskHandler{TPayload}.HandleAsync"/> is.</param>
    /// <param name="configure">Settings for tasks of the type.</param>
    public DurableQueueBuilder AddHandler<TPayload>(
        string type, Func<TPayload, TaskContext, CancellationToken, Task> handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var descriptor = HandlerDescriptor.Create<TPayload>(type, (payload, call) => handler(payload, call.Context, call.CancellationToken));
        return Add(new HandlerRegistration(type, _ => descriptor, null), configure);
    }

    /// <summary>Registers a function that gives a result as a handler.</summary>
    /// <typeparam name="TPayload">What the task's payload is read as: JSON, or the bytes (<see cref="ReadOnlyMemory{T}"/>, <see cref="Stream"/>).</typeparam>
    /// <typeparam name="TResult">What is stored when the function returns.</typeparam>
    /// <param name="type">The task type it serves; one handler per type.</param>
    /// <param name="handler">Called once per attempt, as <see cref="ITaskHandler{TPayload, TResult}.HandleAsync"/> is.</param>
    /// <param name="configure">Settings for tasks of the type.</param>
    public DurableQueueBuilder AddHandler<TPayload, TResult>(
        string type, Func<TPayload, TaskContext, CancellationToken, Task<TResult>> handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var descriptor = HandlerDescriptor.CreateWithResult<TPayload, TResult>(
            type, (payload, call) => handler(payload, call.Context, call.CancellationToken));
        return Add(new HandlerRegistration(type, _ => descriptor, null), configure);
    }

    /// <summary>
    /// Registers any function as a handler. Its parameters may come in any order: one payload or none, and as many as wanted of
    /// <see cref="TaskContext"/>, <see cref="CancellationToken"/> and services, which come from the attempt's own DI scope; keyed ones with
    /// <c>[FromKeyedServices]</c>. The payload is the one parameter whose type is no registered service: read as JSON, or, as
    /// <see cref="ReadOnlyMemory{T}"/> of bytes or <see cref="Stream"/>, the stored bytes as they are.
    /// </summary>
    /// <param name="type">The task type it serves; one handler per type.</param>
    /// <param name="handler">
    /// Returns <see cref="Task"/>, <see cref="ValueTask"/> or nothing; or a result, as such or in a <see cref="Task{TResult}"/> or
    /// <see cref="ValueTask{TResult}"/>, which is stored as JSON. Checked and compiled once, when the host starts. A function whose end nothing
    /// awaits is refused then: <c>async void</c>, a task in a task, an <see cref="IAsyncEnumerable{T}"/>, several functions in one delegate.
    /// </param>
    /// <param name="configure">Settings of the handler and its tasks.</param>
    [RequiresDynamicCode(HandlerReflection.CompilesCall)]
    [RequiresUnreferencedCode(HandlerReflection.CompilesCall)]
    public DurableQueueBuilder AddHandler(string type, Delegate handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(new HandlerRegistration(type, services => DelegateHandler.Describe(type, handler, services), null), configure);
    }

    /// <summary>
    /// Declares a schedule: made when the host starts, if the queue has none of its name; else set to this, if it was declared otherwise the last
    /// time. What people have edited or paused stays otherwise, and a schedule that is no longer declared stays until it is removed by name: see
    /// <see cref="ITaskSchedules.DeclareAsync"/>.
    /// </summary>
    /// <param name="name">One schedule per name.</param>
    /// <param name="expression">When, as in <see cref="NewSchedule.Expression"/>.</param>
    /// <param name="task">What to enqueue. Settings of the type's handler are not applied.</param>
    /// <param name="configure">Further settings, such as the time zone.</param>
    public DurableQueueBuilder AddSchedule(string name, string expression, NewTask task, Func<NewSchedule, NewSchedule>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        return AddSchedule(name, expression, _ => task, configure);
    }

    /// <summary>Declares a schedule that enqueues a payload, as the typed enqueue does: with the type and the settings of the payload's handler.</summary>
    /// <inheritdoc cref="AddSchedule(string, string, NewTask, Func{NewSchedule, NewSchedule}?)"/>
    /// <typeparam name="TPayload">A payload type with a <see cref="TaskTypeAttribute"/>, or with exactly one handler registered in this host.</typeparam>
    /// <param name="name">One schedule per name.</param>
    /// <param name="expression">When, as in <see cref="NewSchedule.Expression"/>.</param>
    /// <param name="payload">Written as JSON when the host starts; each run gets the same.</param>
    /// <param name="configure">Further settings, also of the task: <c>s => s with { Task = s.Task with { Group = "reports" } }</c>.</param>
    public DurableQueueBuilder AddSchedule<TPayload>(
        string name, string expression, TPayload payload, Func<NewSchedule, NewSchedule>? configure = null)
        where TPayload : notnull =>
        AddSchedule(name, expression, handlers => TypedTask.Create(handlers, null, payload, typeof(TPayload), null, null), configure);

    /// <summary>Runs a function around every attempt of every handler of the queue; the first one registered is the outermost.</summary>
    /// <param name="middleware">Called as <see cref="ITaskMiddleware.InvokeAsync"/> is: context, rest of the attempt, token.</param>
    public DurableQueueBuilder Use(Func<TaskContext, Func<CancellationToken, Task>, CancellationToken, Task> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        registration.Middleware.Add(_ => middleware);
        return this;
    }

    /// <summary>Runs a class around every attempt of every handler of the queue; the first one registered is the outermost.</summary>
    /// <typeparam name="TMiddleware">Made from the attempt's own DI scope; registered as a scoped service unless it is one already.</typeparam>
    public DurableQueueBuilder Use<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TMiddleware>()
        where TMiddleware : class, ITaskMiddleware
    {
        Services.TryAddScoped<TMiddleware>();
        registration.Middleware.Add(services => services.GetRequiredService<TMiddleware>().InvokeAsync);
        return this;
    }

    /// <summary>
    /// Stores a gate when the host starts, in place of one of the same name: tasks that match it need an approval before they run. Gates that other
    /// versions of the application or people have stored stay.
    /// </summary>
    /// <param name="gate">Checked when the host starts.</param>
    public DurableQueueBuilder AddApprovalGate(ApprovalGate gate)
    {
        ArgumentNullException.ThrowIfNull(gate);
        registration.Gates.Add(gate);
        return this;
    }

    /// <summary>Routes tasks that were enqueued without a type (<see cref="NewTask.AutoType"/>); one router per queue. The host's workers ask it.</summary>
    /// <typeparam name="TRouter">Made from the DI scope of each try; registered as a scoped service unless it is one already.</typeparam>
    /// <param name="configure">Changes the settings.</param>
    public DurableQueueBuilder UseRouter<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TRouter>(Action<RouterOptions>? configure = null)
        where TRouter : class, ITaskRouter
    {
        Services.TryAddScoped<TRouter>();
        return UseRouter(services => services.GetRequiredService<TRouter>(), configure);
    }

    /// <summary>Routes tasks that were enqueued without a type, by this router; one per queue.</summary>
    /// <param name="router">Called by many workers at once; for example a <see cref="RuleBasedRouter"/>.</param>
    /// <param name="configure">Changes the settings.</param>
    public DurableQueueBuilder UseRouter(ITaskRouter router, Action<RouterOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(router);
        return UseRouter(_ => router, configure);
    }

    /// <summary>
    /// Lets finished tasks expire by themselves; without it, they are kept for good. While the host runs, those whose time is over are deleted, as
    /// <see cref="ITaskControl.PruneAsync"/> does it: in chunks, and never one that an unfinished task still waits for.
    /// </summary>
    /// <param name="policy">
    /// Times of one minute to 100 years; at least one must be set. Checked when the host starts. Called again, it adds a policy, for example for
    /// other groups; a task goes as soon as one of them lets it go. It takes the place of what the configuration says (<see cref="Configure"/>).
    /// </param>
    /// <remarks>
    /// Looks when the host starts and then once an hour, or more often if a time is shorter than ten hours. Of several hosts on one file one at a time
    /// does the work, by its own policy; after a crash the next look continues.
    /// </remarks>
    public DurableQueueBuilder KeepFinished(RetentionPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        registration.Retention.Add(policy);
        return this;
    }

    /// <summary>Adds a worker that runs the registered handlers while the host runs. Several may be added, for example for different groups.</summary>
    /// <param name="configure">Changes the worker's settings.</param>
    public DurableQueueBuilder AddWorker(Action<WorkerOptions>? configure = null) => Add(registration.AddWorker(null), configure);

    /// <summary>Adds a named worker that runs the registered handlers while the host runs.</summary>
    /// <param name="name">
    /// <see cref="WorkerOptions.Name"/>, and the key of its settings in the configuration (<see cref="Configure"/>); one worker per name.
    /// </param>
    /// <param name="configure">Changes the worker's settings.</param>
    public DurableQueueBuilder AddWorker(string name, Action<WorkerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Add(registration.AddWorker(name), configure);
    }

    /// <summary>Takes settings from the host's configuration; what code sets comes first, wherever it stands.</summary>
    /// <param name="section">
    /// May hold <c>Store</c> (<c>Path</c> and the settings of <see cref="SqliteQueueOptions"/>), <c>Workers</c> (by the name given to
    /// <see cref="AddWorker(string, Action{WorkerOptions})"/>), <c>Handlers</c> (by task type) and <c>Retention</c> (the times and groups of a
    /// <see cref="RetentionPolicy"/>: see <see cref="KeepFinished"/>). A key that means nothing, or a value that
    /// cannot be read, stops the host at its start, with its path.
    /// </param>
    /// <remarks>Read when the host starts; later changes do nothing. Types that hold a colon cannot be keys.</remarks>
    public DurableQueueBuilder Configure(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        registration.Configuration.Add(section);
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

    /// <summary>How payloads and results are written and read: by a source-generated context only, without reflection.</summary>
    /// <param name="context">Must know every payload and result type, which is checked when the host starts.</param>
    public DurableQueueBuilder UseJson(JsonSerializerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return UseJson(context.Options);
    }

    /// <summary>Registers a handler that reads its payload and writes its result by itself.</summary>
    internal DurableQueueBuilder AddHandler(HandlerDescriptor handler) => Add(new HandlerRegistration(handler.Type, _ => handler, null), null);

    /// <summary>Something is wrong with the registration; told at the start with the rest.</summary>
    internal void AddMistake(string mistake) => registration.Mistakes.Add(registration.Qualify(mistake));

    /// <summary>Says where the queue is kept; one store per queue.</summary>
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
