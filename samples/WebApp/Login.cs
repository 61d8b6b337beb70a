using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace WebApp;

/// <summary>
/// A login for development: whoever reaches the sample, which listens on this machine only, may sign in under any name. An application has its own, with
/// passwords or with OpenID Connect; the dashboard needs nothing but the policy.
/// </summary>
internal static class Login
{
    public const string Policy = "queue operators";

    private const string Path = "/login";

    private const string Page = """
        <!doctype html>
        <html lang="en">
          <title>Sign in</title>
          <form method="post">
            <label>Name <input name="name" required autofocus></label>
            <button>Sign in</button>
          </form>
        </html>
        """;

    public static void AddLogin(this IServiceCollection services)
    {
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(options => options.LoginPath = Path);
        services.AddAuthorizationBuilder().AddPolicy(Policy, policy => policy.RequireAuthenticatedUser());
    }

    public static void MapLogin(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, () => Results.Text(Page, "text/html"));
        app.MapPost(Path, async (HttpContext http, string? returnUrl) =>
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            if (string.IsNullOrWhiteSpace(form["name"]))
            {
                return Results.BadRequest();
            }

            var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, form["name"]!)], CookieAuthenticationDefaults.AuthenticationScheme);
            await http.SignInAsync(new ClaimsPrincipal(identity));
            return Results.LocalRedirect(returnUrl ?? "/queue");
        });
    }
}
