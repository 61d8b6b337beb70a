namespace DurableQueue.ProcessHost;

/// <summary>Routes every task to <c>quick</c>, and says <c>route ID</c> each time it is asked.</summary>
internal sealed class SayingRouter : ITaskRouter
{
    public ValueTask<RouteDecision?> RouteAsync(RoutingRequest request, CancellationToken cancellationToken)
    {
        Output.Line($"route {request.TaskId}");
        return ValueTask.FromResult<RouteDecision?>(new RouteDecision("quick", "always"));
    }
}
