using System.Globalization;

namespace DurableQueue.ProcessHost;

/// <summary>Commands that do one thing and tell what they saw.</summary>
internal static class Observer
{
    /// <summary>Checks one task out and keeps it until told to stop; may then try to complete it.</summary>
    public static async Task HoldAsync(ITaskQueue queue, Arguments arguments, ParentProcess parent)
    {
        var request = new CheckoutRequest { Worker = arguments["name"], LeaseDuration = TimeSpan.FromMilliseconds(arguments.Number("lease", 300_000)) };
        var task = await queue.CheckoutAsync(request, parent.Stopping);
        Output.Line(task is null ? "nothing" : $"leased {task.Id} {task.Lease.Token} {task.Attempt}");
        await parent.StopRequested;
        if (task is not null && arguments.Text("then", "leave") == "complete")
        {
            Output.Line(await queue.CompleteAsync(task.Lease) ? $"done {task.Id}" : $"lost {task.Id}");
        }
    }

    /// <summary>Waits for one task by id.</summary>
    public static async Task WaitAsync(ITaskQueue queue, Arguments arguments, ParentProcess parent)
    {
        var id = new TaskId(long.Parse(arguments["id"], CultureInfo.InvariantCulture));
        var waiting = queue.Inspector.WaitAsync(id, cancellationToken: parent.Stopping).AsTask();
        Output.Line("waiting");
        var summary = await waiting;
        Output.Line($"finished {id} {summary.Succeeded} of {summary.Total}");
    }

    /// <summary>Tells every finish until told to stop.</summary>
    public static async Task WatchAsync(ITaskQueue queue, Arguments arguments, ParentProcess parent)
    {
        var from = long.Parse(arguments.Text("from", "0"), CultureInfo.InvariantCulture);
        try
        {
            Output.Line("watching");
            await foreach (var finished in queue.Inspector.WatchAsync(from, parent.Stopping))
            {
                Output.Line($"finished {finished.Sequence} {finished.Id} {finished.Outcome}");
            }
        }
        catch (OperationCanceledException) when (parent.Stopping.IsCancellationRequested)
        {
        }
    }
}
