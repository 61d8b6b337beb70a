using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Tests.Worker;

/// <summary>Keeps what was logged, and lets a test wait for an event.</summary>
internal sealed class CollectedLogs : ILoggerProvider, ILogger
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource> events = new();

    public ConcurrentQueue<(LogLevel Level, int Event, string Text)> Lines { get; } = new();

    public Task Logged(int eventId) => Source(eventId).Task.WaitAsync(TestHost.Limit);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Lines.Enqueue((logLevel, eventId.Id, $"{formatter(state, exception)} {exception?.Message}"));
        Source(eventId.Id).TrySetResult();
    }

    public void Dispose()
    {
    }

    private TaskCompletionSource Source(int eventId) =>
        events.GetOrAdd(eventId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
