using System.Reflection;
using DurableQueue.Storage;

namespace DurableQueue.Tests.Queueing;

/// <summary>A store that writes down what it is asked, with the values that it is given, and answers as a test says, or with nothing.</summary>
internal sealed class RecordingStore : IDisposable
{
    private readonly Dispatcher dispatcher = new();
    private readonly Dictionary<string, Func<object?[], object>> answers = [];

    public RecordingStore()
    {
        Signals = new QueueSignals(dispatcher);
        Store = Part<ITaskStore>();
    }

    public ITaskStore Store { get; }

    public QueueSignals Signals { get; }

    public Dispatcher Dispatcher => dispatcher;

    public List<(string Member, object?[] Values)> Calls { get; } = [];

    /// <summary>Sets what a member answers, by its name.</summary>
    public void Answer<T>(string member, Func<object?[], T> answer) => answers[member] = values => new ValueTask<T>(answer(values));

    public void Dispose() => dispatcher.Dispose();

    private T Part<T>()
        where T : class
    {
        var part = DispatchProxy.Create<T, Recorder>();
        ((Recorder)(object)part).Store = this;
        return part;
    }

    private object? Call(MethodInfo method, object?[] values)
    {
        switch (method.Name)
        {
            case "get_Signals":
                return Signals;
            case "get_Control":
                return Part<ITaskControlStore>();
            case "get_Groups":
                return Part<IGroupStore>();
            case "get_Schedules":
                return Part<IScheduleStore>();
            case "get_Approvals":
                return Part<IApprovalStore>();
            case "get_Budgets":
                return Part<IBudgetStore>();
            case "get_Notifications":
                return Part<INotificationStore>();
            case "get_Reader":
                return Part<ITaskReader>();
            case "get_Upkeep":
                return Part<IUpkeepStore>();
            case "get_Workers":
                return WorkersMet.None;
        }

        lock (Calls)
        {
            Calls.Add((method.Name, values));
        }

        if (method.Name == "As")
        {
            return method.ReturnType == typeof(IGroupStore) ? Part<IGroupStore>() : Part<ITaskControlStore>();
        }

        return answers.TryGetValue(method.Name, out var answer) ? answer(values)
            : method.ReturnType == typeof(void) ? null
            : Activator.CreateInstance(method.ReturnType);
    }

#pragma warning disable CA1852 // The proxy that stands for the store derives from it.
    public class Recorder : DispatchProxy
#pragma warning restore CA1852
    {
        internal RecordingStore Store { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Store.Call(targetMethod!, args ?? []);
    }
}
