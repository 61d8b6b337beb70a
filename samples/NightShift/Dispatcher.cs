using DurableQueue;

namespace NightShift;

/// <summary>Chooses who does what was enqueued without a type.</summary>
internal sealed class Dispatcher : ITaskRouter
{
    private readonly RuleBasedRouter rules = new(
    [
        new RoutingRule(BuildAgent.Type) { Pattern = @"\b(build|compile|test)\b" },
    ]);

    public async ValueTask<RouteDecision?> RouteAsync(RoutingRequest request, CancellationToken cancellationToken)
    {
        if (await rules.RouteAsync(request, cancellationToken) is { } decision)
        {
            return decision;
        }

        // A model call goes here, for what no rule knows: give the model request.Description, and each of request.Candidates with its Type and
        // Description; return new RouteDecision(the type it names, its reason). A type that is no candidate, an exception and a time-out count
        // as failed attempts. Without a choice, too, unless RouterOptions.DefaultType is set.
        return null;
    }
}
