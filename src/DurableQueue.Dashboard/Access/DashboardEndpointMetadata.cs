namespace DurableQueue.Dashboard.Access;

/// <summary>Marks the endpoints of a dashboard.</summary>
/// <param name="Owner">The dashboard that it belongs to.</param>
/// <param name="IsApi">Whether it answers errors and never redirects.</param>
/// <param name="Permission">What a viewer needs for it; <see langword="null"/> if only the door of the dashboard guards it.</param>
internal sealed record DashboardEndpointMetadata(object Owner, bool IsApi, DashboardPermission? Permission);
