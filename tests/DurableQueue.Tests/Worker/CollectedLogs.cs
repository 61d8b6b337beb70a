using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Tests.Worker;

/// <summary>Keeps what was logged, and lets a test wait for an event.</summary>
internal sealed class CollectedLogs : ILoggerProvider, ILogger
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource> events = new();
    private TaskCompletionSource changed = NewSignal();

    public ConcurrentQueue<(LogLevel Level, int Event, string Text)> Lines { get; } = new();

    /// <summary>Waits until an event has been logged so often.</summary>
    public async Task LoggedAsync(int eventId, int times)
    {
        while (true)
        {
            var next = Volatile.Read(ref changed).Task;
            if (Lines.Count(line => line.Event == eventId) >= times)
            {
                return;
            }

            await next.WaitAsync(TestHost.Limit);
        }
    }

    public Task Logged(int eventId) => Source(eventId).Task.WaitAsync(TestHost.Limit);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Lines.Enqueue((logLevel, eventId.Id, $"{formatter(state, exception)} {exception?.Message}"));
        Source(eventId.Id).TrySetResult();
        Interlocked.Exchange(ref changed, NewSignal()).TrySetResult();
    }

    public void Dispose()
    {
    }

    private TaskCompletionSource Source(int eventId) =>
        events.GetOrAdd(eventId, _ => NewSignal());

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
