using System.Security.Claims;

namespace DurableQueue.Dashboard;

/// <summary>Options of one mapped dashboard.</summary>
public sealed class DashboardOptions
{
    /// <summary>The name under which the dashboard shows the queue that was registered without a name.</summary>
    public const string UnnamedQueue = "default";

    /// <summary>
    /// The names of the queues that the dashboard shows; <see cref="UnnamedQueue"/> is the one without a name. Empty, the default, means all queues
    /// of the host.
    /// </summary>
    public IList<string> Queues { get; } = [];

    /// <summary>Whether the dashboard only shows. The default is <see langword="false"/>. It wins over every policy.</summary>
    public bool ReadOnly { get; set; }

    /// <summary>
    /// The authorization policy that a viewer must meet for a permission; the policy gets a <see cref="DashboardResource"/>. A permission without a
    /// policy, the default, is given to everybody who may open the dashboard.
    /// </summary>
    public IDictionary<DashboardPermission, string> Policies { get; } = new Dictionary<DashboardPermission, string>();

    /// <summary>
    /// Whether viewers with <see cref="DashboardPermission.Create"/>, <see cref="DashboardPermission.Edit"/> or
    /// <see cref="DashboardPermission.Schedules"/> may write commands, which run on the machines of the workers. The default is <see langword="false"/>.
    /// </summary>
    public bool AllowCommands { get; set; }

    /// <summary>
    /// Decides what is shown of a payload, a result or the arguments of an approval: returns the text to show, or <see langword="null"/> to hide it.
    /// It applies to downloads too. If it throws, nothing is shown. The default shows all.
    /// </summary>
    public Func<DashboardPayload, string?>? Redact { get; set; }

    /// <summary>
    /// The name of a viewer, which is stored with approvals and control actions; <see langword="null"/> or empty means that the viewer has none. The
    /// default reads the name of the identity, then the claims <c>preferred_username</c>, <c>email</c> and the subject. It is called for
    /// authenticated viewers only.
    /// </summary>
    public Func<ClaimsPrincipal, string?>? ViewerName { get; set; }

    /// <summary>
    /// Origins, such as <c>https://ops.example.com</c>, whose pages may call the API. Needed only if a reverse proxy changes the <c>Host</c> header
    /// and the host does not use forwarded headers. Empty by default.
    /// </summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>The program around the dashboard, if it has rules of its own.</summary>
    internal DashboardHost? Host { get; set; }
}
