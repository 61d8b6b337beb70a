using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace DurableQueue.PostgreSql.Tests;

/// <summary>
/// A server of the tests' own, from the system's packages: a cluster in a temporary folder, on a free port of the loopback, run by an unprivileged user. It is
/// stopped and deleted when the test process has ended, however it ended.
/// </summary>
internal sealed class TestServer
{
    public const string User = "dq";
    public const string Password = "s3cret-of-the-tests";

    private static readonly Lazy<TestServer> Lazily = new(() => Create(durable: false));

    /// <summary>The users that may own a cluster when the tests run as root, who may not.</summary>
    private static readonly string[] Unprivileged = ["postgres", "nobody"];

    private readonly string binaries;
    private readonly string? account;
    private readonly DirectoryInfo folder;
    private readonly ConcurrentBag<string> emptied = [];
    private int schemas;

    private TestServer(string binaries, string? account, DirectoryInfo folder, int port)
    {
        (this.binaries, this.account, this.folder, Port) = (binaries, account, folder, port);
    }

    /// <summary>The server that all tests but those that break theirs share.</summary>
    public static TestServer Shared => Lazily.Value;

    public int Port { get; }

    /// <summary>Where it listens beside the port; only the owner of the cluster may enter.</summary>
    public string Data => Path.Combine(folder.FullName, "data");

    public string ConnectionString => ConnectionStringOf(User, Password);

    /// <param name="durable">Whether commits go to disk; only what asks for crashes of the machine needs that.</param>
    public static TestServer Create(bool durable)
    {
        var binaries = FindBinaries();
        var account = Environment.UserName == "root" ? FindAccount() : null;
        var folder = Directory.CreateTempSubdirectory("durable-queue-pg-");
        var server = new TestServer(binaries, account, folder, FreePort());
        try
        {
            server.Initialise(durable);
            server.EndWithThisProcess();
            server.Start();
        }
        catch
        {
            server.Delete();
            throw;
        }

        return server;
    }

    public string ConnectionStringOf(string user, string password) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Database = "postgres",
        Username = user,
        Password = password,
        MaxPoolSize = 40,
        Timeout = 10,
    }.ConnectionString;

    /// <summary>A program of the server's packages.</summary>
    public string Program(string name) => Path.Combine(binaries, name);

    /// <summary>A schema with an empty queue that an earlier test has left, or a name that no test has had.</summary>
    public string TakeSchema() => emptied.TryTake(out var schema) ? schema : NewSchema();

    /// <summary>Empties a queue for the next test: making the tables anew takes most of the time of a test.</summary>
    public async Task GiveBackAsync(NpgsqlDataSource source, string schema)
    {
        await using (var command = source.CreateCommand(
            $"""
            DO $$
            DECLARE
              v_name text;
            BEGIN
              FOR v_name IN
                SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace = '{schema}'::regnamespace AND c.relkind = 'r' AND c.relname <> 'schema_version'
              LOOP
                EXECUTE 'DELETE FROM ' || v_name;
              END LOOP;
              FOR v_name IN SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace = '{schema}'::regnamespace AND c.relkind = 'S' LOOP
                PERFORM setval(v_name, 1, false);
              END LOOP;
              INSERT INTO {schema}.queue_state (id) VALUES (1);
              INSERT INTO {schema}.finish_state VALUES (1, 0);
              INSERT INTO {schema}.task_group (name) VALUES ('default');
            END $$
            """))
        {
            await command.ExecuteNonQueryAsync();
        }

        emptied.Add(schema);
    }

    /// <summary>A name that no other test has.</summary>
    public string NewSchema() => string.Create(CultureInfo.InvariantCulture, $"dq_{Interlocked.Increment(ref schemas)}");

    public void Start() => Control("start", "-w", "-t", "60", "-l", Path.Combine(folder.FullName, "log"));

    /// <summary>Ends all backends as a crash does, and starts the server again.</summary>
    public void Crash() => Control("restart", "-m", "immediate", "-w", "-t", "60", "-l", Path.Combine(folder.FullName, "log"));

    public void Stop() => Control("stop", "-m", "immediate", "-w", "-t", "60");

    public void Delete()
    {
        if (!folder.Exists)
        {
            return;
        }

        try
        {
            Stop();
        }
        catch (InvalidOperationException)
        {
            // It does not run.
        }

        folder.Delete(recursive: true);
        folder.Refresh();
    }

    private void Initialise(bool durable)
    {
        var password = Path.Combine(folder.FullName, "password");
        File.WriteAllText(password, Password);
        if (account is not null)
        {
            Run("chown", "-R", account, folder.FullName);
        }

        RunAsOwner(
            Path.Combine(binaries, "initdb"), "-D", Data, "-U", User, "-E", "UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", $"--pwfile={password}");
        File.AppendAllText(
            Path.Combine(Data, "postgresql.conf"),
            $"""

            port = {Port}
            listen_addresses = '127.0.0.1'
            unix_socket_directories = '{folder.FullName}'
            max_connections = 200
            fsync = {(durable ? "on" : "off")}

            """);
    }

    /// <summary>A process of its own does it: this one may be killed.</summary>
    private void EndWithThisProcess()
    {
        const string watch =
            """
            while kill -0 "$1" 2>/dev/null; do sleep 0.2; done
            pid=$(head -n 1 "$2/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid"
            while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
            rm -rf "$2"
            """;
        var start = new ProcessStartInfo("setsid") { WorkingDirectory = "/", UseShellExecute = false };
        foreach (var argument in (string[])["-f", "sh", "-c", $"exec >/dev/null 2>&1 </dev/null; {watch}", "sh", $"{Environment.ProcessId}", folder.FullName])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        process.WaitForExit();
    }

    private void Control(params string[] arguments) => RunAsOwner(Path.Combine(binaries, "pg_ctl"), ["-D", Data, "-s", .. arguments]);

    private void RunAsOwner(string program, params string[] arguments)
    {
        if (account is null)
        {
            Run(program, arguments);
        }
        else
        {
            Run("setpriv", ["--reuid", account, "--regid", GroupOf(account), "--clear-groups", program, .. arguments]);
        }
    }

    private static string GroupOf(string account) => File.ReadLines("/etc/passwd").Select(line => line.Split(':')).First(fields => fields[0] == account)[3];

    private void Run(string program, params string[] arguments)
    {
        // Output goes to a file: a server that was started would keep a pipe open.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = folder.FullName, UseShellExecute = false };
        var output = Path.Combine(folder.FullName, "output");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("out=$1; shift; exec \"$@\" >\"$out\" 2>&1 </dev/null");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(output);
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Path.GetFileName(program)} {string.Join(' ', arguments)} failed: {File.ReadAllText(output)}");
        }
    }

    private static string FindBinaries()
    {
        const string packages = "/usr/lib/postgresql";
        var found = Directory.Exists(packages)
            ? Directory.GetDirectories(packages)
                .Where(version => File.Exists(Path.Combine(version, "bin", "initdb")))
                .MaxBy(version => int.TryParse(Path.GetFileName(version), CultureInfo.InvariantCulture, out var number) ? number : 0)
            : null;
        return found is not null
            ? Path.Combine(found, "bin")
            : throw new InvalidOperationException($"There is no PostgreSQL server under {packages}: install the package 'postgresql'.");
    }

    private static string FindAccount() => Unprivileged.First(name => File.ReadLines("/etc/passwd").Any(line => line.StartsWith($"{name}:", StringComparison.Ordinal)));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
