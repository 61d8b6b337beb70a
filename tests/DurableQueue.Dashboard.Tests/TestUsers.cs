using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DurableQueue.Dashboard.Tests;

/// <summary>
/// A login that believes what a request says: <c>Test-User</c> is the name, <c>Test-May</c> the permissions. Whoever says nothing is sent to a login
/// page, as with cookies or OpenID Connect.
/// </summary>
internal sealed class TestUsers(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
{
    public const string Login = "/login";

    private const string SchemeName = "test";
    private const string MayClaim = "may";

    public static void Add(IServiceCollection services)
    {
        services.AddAuthentication(SchemeName).AddScheme<AuthenticationSchemeOptions, TestUsers>(SchemeName, null);
        var authorization = services.AddAuthorizationBuilder();
        foreach (var permission in Enum.GetValues<DashboardPermission>())
        {
            authorization.AddPolicy(permission.ToString(), policy => policy.RequireAssertion(context =>
                context.Resource is DashboardResource resource && resource.Permission == permission && context.User.HasClaim(MayClaim, permission.ToString())));
        }
    }

    public static void SignIn(HttpClient client, string? name, params IEnumerable<DashboardPermission> may)
    {
        client.DefaultRequestHeaders.Remove("Test-User");
        client.DefaultRequestHeaders.Remove("Test-May");
        if (name is not null)
        {
            client.DefaultRequestHeaders.Add("Test-User", name);
            client.DefaultRequestHeaders.Add("Test-May", string.Join(',', may));
        }
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if ((string?)Request.Headers["Test-User"] is not { } name)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var claims = ((string?)Request.Headers["Test-May"] ?? "").Split(',').Select(permission => new Claim(MayClaim, permission));
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, name), .. claims], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Redirect(Login);
        return Task.CompletedTask;
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.Redirect("/denied");
        return Task.CompletedTask;
    }
}
