using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>The dashboard that dq serves: who comes in, and how it begins and ends.</summary>
public sealed class DashboardTests : DqTest
{
    /// <summary>Ends within 2 seconds on a machine that has nothing else to do.</summary>
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task EveryPath_WithoutTheCookie_IsClosed()
    {
        await using var served = await ServedDashboard.StartAsync(Box);
        var page = ("Accept", "text/html");
        string[] paths =
        [
            "/", "/app.js", "/app.css", "/graph.js", "/favicon.svg", "/tasks/1", "/nothing", "/api/meta", "/api/default/overview", "/api/default/events", "/api/default/tasks/1/log/raw",
            $"/api/meta?token={served.Token}", $"/app.js?token={served.Token}",
        ];
        string[] cookies = ["", "dq-dashboard-1=" + served.Cookie.Split('=')[1], served.Cookie.Split('=')[0] + "=", served.Cookie[..^1] + (served.Cookie[^1] == '0' ? '1' : '0'), $"{served.Cookie.Split('=')[0]}={served.Token}"];
        foreach (var path in paths)
        {
            foreach (var cookie in cookies)
            {
                Assert.Equal(HttpStatusCode.Unauthorized, await served.StatusAsync(HttpMethod.Get, path, cookie: cookie));
                Assert.Equal(HttpStatusCode.Unauthorized, await served.StatusAsync(HttpMethod.Get, path, cookie: cookie, headers: page));
            }
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await served.StatusAsync(HttpMethod.Post, "/api/default/tasks", """{"command":"true"}""", cookie: ""));
        Assert.Equal(HttpStatusCode.Unauthorized, await served.StatusAsync(HttpMethod.Post, $"/?token={served.Token}", "{}", cookie: ""));
        Assert.Equal(HttpStatusCode.OK, await served.StatusAsync(HttpMethod.Get, "/api/meta"));
        Assert.Equal(HttpStatusCode.OK, await served.StatusAsync(HttpMethod.Get, "/app.js"));
    }

    [Fact]
    public async Task LoginPage_OfSomebodyWithoutTheToken_SaysHowToComeIn()
    {
        await using var served = await ServedDashboard.StartAsync(Box);

        using var answer = await served.SendAsync(HttpMethod.Get, "/?token=wrong", cookie: "", headers: ("Accept", "text/html"));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("dq dashboard --url", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_Opened_GivesACookieThatNoScriptAndNoOtherSiteSees()
    {
        await using var served = await ServedDashboard.StartAsync(Box);

        using var answer = await served.SendAsync(HttpMethod.Get, served.Url.PathAndQuery, cookie: "");

        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith($"dq-dashboard-{served.Url.Port}=", cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(served.Token, cookie, StringComparison.Ordinal);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains("""content="0; url=./">""", page, StringComparison.Ordinal);
        Assert.DoesNotContain(served.Token, page, StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal(43, served.Token.Length);
    }

    [Fact]
    public async Task TokenAndCookie_OfAnEarlierStart_AreWorthNothing()
    {
        string token, cookie, port;
        await using (var first = await ServedDashboard.StartAsync(Box))
        {
            (token, cookie, port) = (first.Token, first.Cookie, $"{first.Url.Port}");
        }

        await using var second = await ServedDashboard.StartAsync(Box, "--port", port);

        Assert.Equal(port, $"{second.Url.Port}");
        Assert.NotEqual(token, second.Token);
        Assert.Equal(HttpStatusCode.Unauthorized, await second.StatusAsync(HttpMethod.Get, $"/?token={token}", cookie: ""));
        Assert.Equal(HttpStatusCode.Unauthorized, await second.StatusAsync(HttpMethod.Get, "/api/meta", cookie: cookie));
    }

    [Fact]
    public async Task Host_ThatIsAnotherName_IsRefusedInEveryMethod()
    {
        await using var served = await ServedDashboard.StartAsync(Box);
        var port = served.Url.Port;
        foreach (var host in new[] { $"evil.example:{port}", $"127.0.0.1.evil.example:{port}", "127.0.0.1", $"127.0.0.1:{port + 1}", $"[::2]:{port}" })
        {
            Assert.Equal(HttpStatusCode.Forbidden, await served.StatusAsync(HttpMethod.Get, "/api/meta", headers: ("Host", host)));
            Assert.Equal(HttpStatusCode.Forbidden, await served.StatusAsync(HttpMethod.Get, "/app.js", headers: ("Host", host)));
            Assert.Equal(HttpStatusCode.Forbidden, await served.StatusAsync(HttpMethod.Get, served.Url.PathAndQuery, headers: ("Host", host)));
            Assert.Equal(HttpStatusCode.Forbidden, await served.StatusAsync(HttpMethod.Post, "/api/default/tasks", """{"command":"true"}""", headers: ("Host", host)));
            Assert.Equal(HttpStatusCode.Forbidden, await served.StatusAsync(HttpMethod.Options, "/api/meta", headers: ("Host", host)));
        }

        Assert.Equal(HttpStatusCode.OK, await served.StatusAsync(HttpMethod.Get, "/api/meta", headers: ("Host", $"localhost:{port}")));
        Assert.Equal(0, (await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").GetArrayLength());
    }

    [Fact]
    public async Task Post_FromAnotherSiteOrPort_IsRefused()
    {
        await using var served = await ServedDashboard.StartAsync(Box);
        const string body = """{"command":"true"}""";

        Assert.Equal(HttpStatusCode.Forbidden, await served.StatusAsync(HttpMethod.Post, "/api/default/tasks", body, headers: ("Sec-Fetch-Site", "cross-site")));
        Assert.Equal(HttpStatusCode.Forbidden, await served.StatusAsync(HttpMethod.Post, "/api/default/tasks", body, headers: ("Sec-Fetch-Site", "same-site")));
        Assert.Equal(HttpStatusCode.Forbidden, await served.StatusAsync(HttpMethod.Post, "/api/default/tasks", body, headers: ("Origin", "http://127.0.0.1:1")));
        Assert.Equal(0, (await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").GetArrayLength());
        Assert.Equal(HttpStatusCode.OK, await served.StatusAsync(HttpMethod.Post, "/api/default/tasks", body, headers: ("Sec-Fetch-Site", "same-origin")));
    }

    [Fact]
    public async Task Url_OfARunningDashboard_IsWrittenAgainAndTheFileIsTheUsersAlone()
    {
        await using var served = await ServedDashboard.StartAsync(Box);

        Assert.Equal($"{served.Url}\n", (await Box.DoAsync("dashboard", "--url")).Out);
        var json = await JsonAsync("dashboard", "dashboard", "--url", "--json");
        Assert.Equal((served.Url.ToString(), served.Dq.Id), (json.GetProperty("url").GetString(), json.GetProperty("pid").GetInt32()));
        Assert.Equal(2, (await Box.RunAsync("--queue", "other.db", "dashboard", "--url")).ExitCode);
        Assert.False(File.Exists(Path.Combine(Box.Folder, "other.db")));

        var files = Directory.GetFiles(Box.StateFolder, "*", SearchOption.AllDirectories);
        Assert.Contains(files, file => IsRead(file) && File.ReadAllText(file).Contains(served.Token, StringComparison.Ordinal));
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.All(
            files.Select(file => Path.GetDirectoryName(file)!),
            folder => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder)));
    }

    [Fact]
    public async Task SecondStart_ForTheSameQueue_SaysWhereTheFirstIs()
    {
        await using var served = await ServedDashboard.StartAsync(Box);

        var second = await Box.RunAsync("dashboard");

        Assert.Equal((2, ""), (second.ExitCode, second.Out));
        Assert.Contains($"http://127.0.0.1:{served.Url.Port}/", second.Err, StringComparison.Ordinal);
        Assert.DoesNotContain(served.Token, second.Err, StringComparison.Ordinal);
        await using var other = await ServedDashboard.StartAsync(Box, "--queue", "other.db");
        Assert.NotEqual(served.Url.Port, other.Url.Port);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    public async Task Signal_WhileAPageListens_EndsBothAtOnce(string signal)
    {
        await using var served = await ServedDashboard.StartAsync(Box);
        using var stream = await served.SendAsync(HttpMethod.Get, "/api/default/events", completion: HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        var server = served.ServerPid;
        var clock = Stopwatch.StartNew();

        var code = await served.EndAsync(signal);

        Assert.Equal(0, code);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, EndsWithin);
        Assert.Equal("", string.Concat(ServedDashboard.ArgumentsOf(server)));
        Assert.Equal(2, (await Box.RunAsync("dashboard", "--url")).ExitCode);
        Assert.DoesNotContain(Directory.GetFiles(Box.StateFolder, "*", SearchOption.AllDirectories), file => IsRead(file) && File.ReadAllText(file).Contains(served.Token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task KillOfDq_EndsTheServerAndItsFileIsNotTrusted()
    {
        await using var served = await ServedDashboard.StartAsync(Box);
        using var stream = await served.SendAsync(HttpMethod.Get, "/api/default/events", completion: HttpCompletionOption.ResponseHeadersRead);
        var server = served.ServerPid;

        await served.EndAsync("KILL");

        await Sandbox.UntilAsync(() => string.Concat(ServedDashboard.ArgumentsOf(server)).Length == 0, "the server ends");
        var left = Directory.GetFiles(Box.StateFolder, "*.json", SearchOption.AllDirectories).Single();
        Assert.Equal(2, (await Box.RunAsync("dashboard", "--url")).ExitCode);

        // The same id again, of another process.
        await File.WriteAllTextAsync(left, (await File.ReadAllTextAsync(left)).Replace($"\"pid\":{served.Dq.Id}", $"\"pid\":{Environment.ProcessId}", StringComparison.Ordinal));
        Assert.Equal(2, (await Box.RunAsync("dashboard", "--url")).ExitCode);
        await using var next = await ServedDashboard.StartAsync(Box);
        Assert.NotEqual(served.Token, next.Token);
    }

    [Fact]
    public async Task EndOfTheServer_EndsDqWithItsCode()
    {
        await using var served = await ServedDashboard.StartAsync(Box);
        using var server = Process.GetProcessById(served.ServerPid);

        server.Kill();

        using var limit = new CancellationTokenSource(Sandbox.Limit);
        await served.Dq.WaitForExitAsync(limit.Token);
        Assert.Equal(128 + 9, served.Dq.ExitCode);
    }

    [Fact]
    public async Task Command_AddedInIt_IsAsDqAddsItAndStartsAWorker()
    {
        Box.Variables["DQ_START_WORKER"] = null;
        Box.Variables["DQ_GROUP"] = "own";
        Box.Variables["COLOR_OF_TEST"] = "blue";
        await using var served = await ServedDashboard.StartAsync(Box);

        var id = (await served.JsonAsync(HttpMethod.Post, "/api/default/tasks", """{"command":"pwd; echo $COLOR_OF_TEST"}""")).GetProperty("id").GetInt64();

        await Box.DoAsync("wait", $"{id}");
        Assert.Equal($"{Box.Folder}\nblue\n", (await Box.DoAsync("log", $"{id}")).Out);
        Assert.Equal("own", (await Box.TaskAsync(id)).GetProperty("group").GetString());
        Assert.Equal($"{Box.Folder}\nblue\n", (await served.JsonAsync(HttpMethod.Get, $"/api/default/tasks/{id}/log?from=0")).GetProperty("text").GetString());
        await Sandbox.UntilAsync(() => served.Errors.Contains("A worker was started", StringComparison.Ordinal), "dq says so");
    }

    [Fact]
    public async Task Command_WithoutStartWorker_Waits()
    {
        Box.Variables["DQ_START_WORKER"] = null;
        await using var served = await ServedDashboard.StartAsync(Box, "--no-start-worker");
        await served.JsonAsync(HttpMethod.Post, "/api/default/tasks", """{"command":"true"}""");

        // By the same way as the notice: what came before it was handled.
        await served.EndAsync("TERM");

        Assert.DoesNotContain("worker", served.Errors, StringComparison.Ordinal);
        Assert.Equal("Queued", (await Box.TaskAsync(1)).GetProperty("state").GetString());
        Assert.Empty(Directory.GetFiles(Box.Folder, "*.worker.pid"));
    }

    [Fact]
    public async Task Command_InADirectoryThatDoesNotExist_IsRefusedAtItsField()
    {
        await using var served = await ServedDashboard.StartAsync(Box);

        using var answer = await served.SendAsync(HttpMethod.Post, "/api/default/tasks", """{"command":"true","directory":"not/here"}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal("directory", problem.GetProperty("field").GetString());
        Assert.Contains(Path.Combine(Box.Folder, "not/here"), problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_IsInNoCommandLineAndNoEnvironment()
    {
        await using var served = await ServedDashboard.StartAsync(Box);
        await Box.StartWorkerAsync();

        var id = (await served.JsonAsync(HttpMethod.Post, "/api/default/tasks", """{"command":"env; cat /proc/[0-9]*/cmdline; true"}""")).GetProperty("id").GetInt64();

        await Box.DoAsync("wait", $"{id}");
        var log = (await Box.DoAsync("log", $"{id}")).Out;
        Assert.Contains("PATH=", log, StringComparison.Ordinal);
        Assert.Contains("dq-dashboard.dll", log, StringComparison.Ordinal);
        Assert.DoesNotContain(served.Token, log, StringComparison.Ordinal);
        Assert.DoesNotContain(served.Token, string.Concat(File.ReadAllText($"/proc/{served.ServerPid}/environ"), served.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Approval_IsThatOfTheUser()
    {
        await using var served = await ServedDashboard.StartAsync(Box);
        var id = await Box.AddAsync("--approval", "true");

        await served.JsonAsync(HttpMethod.Post, $"/api/default/tasks/{id}/approve", """{"note":"fine"}""");

        Assert.Equal(Environment.UserName, (await served.JsonAsync(HttpMethod.Get, "/api/meta")).GetProperty("viewer").GetProperty("name").GetString());
        Assert.Equal(Environment.UserName, System.Text.Json.JsonDocument.Parse((await Box.DoAsync("approvals", "export")).Out).RootElement.GetProperty("decided_by").GetString());
    }

    [Fact]
    public async Task ReadOnly_ShowsAndChangesNothing()
    {
        await using var served = await ServedDashboard.StartAsync(Box, "--read-only");

        Assert.Equal(HttpStatusCode.Forbidden, await served.StatusAsync(HttpMethod.Post, "/api/default/tasks", """{"command":"true"}"""));
        Assert.True((await served.JsonAsync(HttpMethod.Get, "/api/meta")).GetProperty("queues")[0].GetProperty("readOnly").GetBoolean());
        Assert.Equal(0, (await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").GetArrayLength());
    }

    [Fact]
    public async Task Open_GivesTheBrowserAFileOfTheUsersAlone()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Box.Folder, "bin")).FullName;
        var browser = Path.Combine(folder, "xdg-open");
        await File.WriteAllTextAsync(browser, $"#!/bin/sh\necho \"$1\" >{Box.Folder}/opening && mv {Box.Folder}/opening {Box.Folder}/opened\n");
        File.SetUnixFileMode(browser, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Box.Variables["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";
        await using var served = await ServedDashboard.StartAsync(Box, "--open");

        await Box.UntilFileAsync("opened");

        var address = (await File.ReadAllTextAsync(Path.Combine(Box.Folder, "opened"))).Trim();
        Assert.DoesNotContain(served.Token, address, StringComparison.Ordinal);
        var file = new Uri(address).LocalPath;
        Assert.Contains($"url={served.Url}\"", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Open_WithoutABrowser_SaysSoAndServes()
    {
        Box.Variables["PATH"] = Box.Folder;
        Box.Variables["DOTNET_ROOT_X64"] = Box.Variables["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        using var dq = Box.StartProgram(Sandbox.Dq, "dashboard", "--open");
        try
        {
            using var limit = new CancellationTokenSource(Sandbox.Limit);
            Assert.StartsWith("http://127.0.0.1:", await dq.StandardOutput.ReadLineAsync(limit.Token), StringComparison.Ordinal);
            Assert.Contains("xdg-open did not start", await dq.StandardError.ReadLineAsync(limit.Token), StringComparison.Ordinal);
        }
        finally
        {
            dq.Kill();
            await dq.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task Port_InUse_IsSaid()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var result = await Box.RunAsync("dashboard", "--port", $"{port}");

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains($"The port {port} is in use", result.Err, StringComparison.Ordinal);
        Assert.Equal(2, (await Box.RunAsync("dashboard", "--url")).ExitCode);
    }

    [Theory]
    [InlineData("dashboard", "--port", "0")]
    [InlineData("dashboard", "--port", "65536")]
    [InlineData("dashboard", "--url", "--port", "5000")]
    [InlineData("dashboard", "--url", "--read-only")]
    public async Task Options_ThatAreWrong_AreRefused(params string[] arguments) => Assert.Equal(1, (await Box.RunAsync(arguments)).ExitCode);

    [Fact]
    public async Task Address_OfIPv6_ServesThePortToo()
    {
        await using var served = await ServedDashboard.StartAsync(Box);
        var address = $"http://[::1]:{served.Url.Port}/api/meta";
        if (Socket.OSSupportsIPv6 && System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(each => each.Address.Equals(IPAddress.IPv6Loopback)))
        {
            Assert.Equal(HttpStatusCode.OK, await served.StatusAsync(HttpMethod.Get, address));
            Assert.Equal(HttpStatusCode.Unauthorized, await served.StatusAsync(HttpMethod.Get, address, cookie: ""));
        }

        var listening = System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(each => each.Port == served.Url.Port).ToList();
        Assert.NotEmpty(listening);
        Assert.All(listening, each => Assert.True(IPAddress.IsLoopback(each.Address), $"{each}"));
    }

    [Fact]
    public async Task Runtime_ThatIsMissing_IsSaidWithWhatToInstall()
    {
        var empty = Directory.CreateDirectory(Path.Combine(Box.Folder, "empty")).FullName;
        Box.Variables["DOTNET_ROOT"] = empty;
        Box.Variables["DOTNET_ROOT_X64"] = null;

        // The launcher of a dq for the runtime would not find that either.
        var program = Path.Combine(Path.GetDirectoryName(Sandbox.Dq)!, "dq.dll");
        var result = File.Exists(program)
            ? await Box.RunProgramAsync(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, "dashboard"])
            : await Box.RunAsync("dashboard");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"is not in {empty}", result.Err, StringComparison.Ordinal);
        Assert.Contains("aspnetcore-runtime-10.0", result.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queue_ThatCannotBeUsed_IsSaidAsByOtherCommands()
    {
        await Box.WriteAsync("damaged.db", "This is not a database, and long enough to be taken for one by nobody who looks at its first bytes.");

        var result = await Box.RunAsync("--queue", "damaged.db", "dashboard");

        Assert.Equal((4, ""), (result.ExitCode, result.Out));
        Assert.Contains("damaged.db", result.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Url_OfAnotherUsersDashboard_IsNotTheirs()
    {
        if (!SecondUser.IsAvailable)
        {
            return;
        }

        var other = new SecondUser(Box);
        await Box.ShellAsync("chmod 755 .");
        await using var served = await ServedDashboard.StartAsync(Box);
        var file = Directory.GetFiles(Box.StateFolder, "*.json", SearchOption.AllDirectories).Single();

        Assert.Equal(0, (await Box.ShellAsync($"cat {file}")).ExitCode);
        Assert.NotEqual(0, (await other.ShellAsync($"cat {file}")).ExitCode);
        await Box.ShellAsync($"chmod 755 {Box.StateFolder} {Box.StateFolder}/dq {Box.StateFolder}/dq/dashboards");
        Assert.NotEqual(0, (await other.ShellAsync($"cat {file}")).ExitCode);

        // Nor is a file that somebody else has put there.
        await Box.ShellAsync($"chown 1000 {file}");
        Assert.Equal(2, (await Box.RunAsync("dashboard", "--url")).ExitCode);
    }

    [Fact]
    public async Task Bulk_ThatLetsCommandsGo_StartsAWorker()
    {
        Box.Variables["DQ_START_WORKER"] = null;
        var id = await Box.AddAsync("--stash", "true");
        await using var served = await ServedDashboard.StartAsync(Box);

        await served.JsonAsync(HttpMethod.Post, "/api/default/bulk", """{"q":"","action":"unstash","dryRun":false}""");

        await Box.DoAsync("wait", $"{id}");
    }

    [Fact]
    public async Task Queue_OfANewerVersion_IsSaidAndNotServed()
    {
        await Box.DoAsync("status");
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Box.QueuePath};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 4711";
            command.ExecuteNonQuery();
        }

        var result = await Box.RunAsync("dashboard");

        Assert.Equal((4, ""), (result.ExitCode, result.Out));
        Assert.Contains("4711", result.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_OfServersWhereItStarts_AreNotObeyed()
    {
        await Box.WriteAsync("appsettings.json", """{"Kestrel":{"Endpoints":{"Open":{"Url":"http://0.0.0.0:0"}}},"AllowedHosts":"nobody.example","Logging":{"LogLevel":{"Default":"Trace"}}}""");
        Box.Variables["ASPNETCORE_URLS"] = "http://0.0.0.0:0";
        Box.Variables["Logging__LogLevel__Default"] = "Trace";
        await using var served = await ServedDashboard.StartAsync(Box);

        Assert.Equal(HttpStatusCode.OK, await served.StatusAsync(HttpMethod.Get, "/api/meta"));
        var inodes = Directory.GetFiles($"/proc/{served.ServerPid}/fd").Select(file => new FileInfo(file).LinkTarget ?? "").Where(target => target.StartsWith("socket:[", StringComparison.Ordinal)).Select(target => target[8..^1]).ToHashSet();
        var addresses = new[] { "tcp", "tcp6" }.SelectMany(kind => File.ReadLines($"/proc/net/{kind}").Skip(1)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == "0A" && inodes.Contains(fields[9])).Select(fields => fields[1].Split(':')[0]).ToList();
        Assert.NotEmpty(addresses);
        Assert.All(addresses, address => Assert.Contains(address, new[] { "0100007F", "00000000000000000000000001000000" }));
        Assert.DoesNotContain("info:", served.Errors, StringComparison.Ordinal);
    }

    /// <summary>The lock of a running one cannot even be opened.</summary>
    private static bool IsRead(string file) => Path.GetExtension(file) != ".lock";
}
