namespace DurableQueue.Dashboard;

/// <summary>
/// What a policy of <see cref="DashboardOptions.Policies"/> decides about: the resource that authorization handlers get.
/// </summary>
/// <param name="Queue">The name of the queue; <see cref="DashboardOptions.UnnamedQueue"/> for the queue without a name.</param>
/// <param name="Permission">What the viewer wants to do.</param>
public sealed record DashboardResource(string Queue, DashboardPermission Permission);
