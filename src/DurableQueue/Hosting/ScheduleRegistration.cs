using DurableQueue.Worker;

namespace DurableQueue.Hosting;

/// <summary>A schedule as it was registered with the builder.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Create">Makes it, once the handlers are known; an <see cref="ArgumentException"/> says what is wrong with it.</param>
internal sealed record ScheduleRegistration(string Name, Func<HandlerCatalog, NewSchedule> Create);
