using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DurableQueue.Dashboard.Access;

/// <summary>Whoever sent a request: a name, and what they may do.</summary>
internal sealed class Viewer
{
    /// <summary>As long as the longest name that an approval stores.</summary>
    private const int LongestName = 256;

    private readonly HttpContext http;
    private readonly DashboardOptions options;
    private readonly Dictionary<DashboardResource, bool> decided = [];

    public Viewer(HttpContext http, DashboardOptions options)
    {
        this.http = http;
        this.options = options;
        IsKnown = http.User.Identity?.IsAuthenticated == true;
        Name = IsKnown ? ReadName(http.User) : null;
    }

    public bool IsKnown { get; }

    /// <summary>From claims only: nothing that a request says can set it.</summary>
    public string? Name { get; }

    public async ValueTask<bool> MayAsync(string queue, DashboardPermission permission)
    {
        var resource = new DashboardResource(queue, permission);
        if (!decided.TryGetValue(resource, out var may))
        {
            may = await DecideAsync(resource).ConfigureAwait(false);
            decided.Add(resource, may);
        }

        return may;
    }

    private async ValueTask<bool> DecideAsync(DashboardResource resource)
    {
        var permission = resource.Permission;
        if (options.ReadOnly && permission is not (DashboardPermission.View or DashboardPermission.ViewPayloads or DashboardPermission.ViewLogs))
        {
            return false;
        }

        if (permission == DashboardPermission.Approve && Name is null)
        {
            return false;
        }

        if (!options.Policies.TryGetValue(permission, out var policy))
        {
            return true;
        }

        var service = http.RequestServices.GetRequiredService<IAuthorizationService>();
        return (await service.AuthorizeAsync(http.User, resource, policy).ConfigureAwait(false)).Succeeded;
    }

    private string? ReadName(ClaimsPrincipal user)
    {
        var name = options.ViewerName is { } read
            ? read(user)
            : new[] { user.Identity?.Name, user.FindFirst("preferred_username")?.Value, user.FindFirst(ClaimTypes.Email)?.Value, user.FindFirst("email")?.Value, user.FindFirst(ClaimTypes.NameIdentifier)?.Value, user.FindFirst("sub")?.Value }
                .FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));
        return string.IsNullOrWhiteSpace(name) ? null : Storable(name);
    }

    /// <summary>A claim may be any text; a stored name is one line of whole characters.</summary>
    private static string Storable(string name)
    {
        var stored = new StringBuilder(LongestName);
        foreach (var rune in name.EnumerateRunes())
        {
            if (stored.Length + rune.Utf16SequenceLength > LongestName)
            {
                break;
            }

            stored.Append(Rune.IsControl(rune) ? new Rune(' ') : rune);
        }

        return stored.ToString();
    }
}
