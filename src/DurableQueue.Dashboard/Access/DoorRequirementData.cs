using Microsoft.AspNetCore.Authorization;

namespace DurableQueue.Dashboard.Access;

/// <summary>Adds <see cref="DoorRequirement"/> to whatever the application requires of an endpoint.</summary>
internal sealed class DoorRequirementData : IAuthorizationRequirementData
{
    public static readonly DoorRequirementData Instance = new();

    public IEnumerable<IAuthorizationRequirement> GetRequirements() => [DoorRequirement.Instance];
}
