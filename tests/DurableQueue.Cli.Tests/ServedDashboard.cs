using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace DurableQueue.Cli.Tests;

/// <summary>A dashboard that dq serves, and a client that sends no more than a test says.</summary>
internal sealed class ServedDashboard : IAsyncDisposable
{
    private readonly StringBuilder errors = new();
    private readonly HttpClient client = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });

    private ServedDashboard(Process dq, string url)
    {
        Dq = dq;
        Url = new Uri(url);
        client.BaseAddress = new Uri($"http://127.0.0.1:{Url.Port}");
        client.Timeout = Sandbox.Limit;
    }

    public Process Dq { get; }

    /// <summary>As dq printed it.</summary>
    public Uri Url { get; }

    public string Token => Url.Query["?token=".Length..];

    /// <summary>The cookie of somebody who has opened the address.</summary>
    public string Cookie { get; private set; } = "";

    public string Errors
    {
        get
        {
            lock (errors)
            {
                return errors.ToString();
            }
        }
    }

    /// <summary>Starts one and logs in.</summary>
    public static async Task<ServedDashboard> StartAsync(Sandbox box, params string[] arguments)
    {
        var dq = box.StartInterruptibleDq(["dashboard", .. arguments]);
        using var limit = new CancellationTokenSource(Sandbox.Limit);
        var url = await dq.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException(await dq.StandardError.ReadToEndAsync(limit.Token));
        var served = new ServedDashboard(dq, url);
        dq.ErrorDataReceived += (_, line) =>
        {
            lock (served.errors)
            {
                served.errors.AppendLine(line.Data);
            }
        };
        dq.BeginErrorReadLine();
        using var opened = await served.SendAsync(HttpMethod.Get, url, cookie: "");
        served.Cookie = opened.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        return served;
    }

    /// <summary>Sends a request, with the cookie of the login if no other is given.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? body = null, string? cookie = null, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if ((cookie ?? Cookie) is { Length: > 0 } sent)
        {
            request.Headers.Add("Cookie", sent);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return await client.SendAsync(request, completion);
    }

    public async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path, string? body = null, string? cookie = null, params (string Name, string Value)[] headers)
    {
        using var answer = await SendAsync(method, path, body, cookie, HttpCompletionOption.ResponseHeadersRead, headers);
        return answer.StatusCode;
    }

    public async Task<System.Text.Json.JsonElement> JsonAsync(HttpMethod method, string path, string? body = null)
    {
        using var answer = await SendAsync(method, path, body);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? System.Text.Json.JsonDocument.Parse(text).RootElement : throw new InvalidOperationException($"{(int)answer.StatusCode} {text}");
    }

    /// <summary>The program that serves, which dq has started.</summary>
    public int ServerPid => Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => name!.All(char.IsAsciiDigit)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
        .Single(pid => ParentOf(pid) == Dq.Id && ArgumentsOf(pid).Any(argument => argument.EndsWith("dq-dashboard.dll", StringComparison.Ordinal)));

    public static string[] ArgumentsOf(int pid) => Read($"/proc/{pid}/cmdline").Split('\0');

    public async Task<int> EndAsync(string signal)
    {
        using (var kill = Process.Start("/bin/kill", [$"-{signal}", $"{Dq.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        using var limit = new CancellationTokenSource(Sandbox.Limit);
        await Dq.WaitForExitAsync(limit.Token);
        return Dq.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        if (!Dq.HasExited)
        {
            await EndAsync("TERM");
        }

        Dq.Dispose();
    }

    private static int ParentOf(int pid) => Read($"/proc/{pid}/stat") is { Length: > 0 } stat ? int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture) : 0;

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
