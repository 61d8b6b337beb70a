using System.Diagnostics;
using System.Text;
using System.Text.Json;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Dashboards.Messages;

namespace DurableQueue.Cli.Dashboards;

/// <summary>The program behind <c>dq dashboard</c>, while it runs. It ends when its input ends, and so also when dq is killed.</summary>
internal sealed class DashboardProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(5);

    private readonly Process process;

    private DashboardProcess(Process process) => this.process = process;

    /// <summary>Starts it. It says first whether it serves.</summary>
    /// <param name="start">What it serves.</param>
    /// <param name="say">Gets what it writes to standard error.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="CliException">It is not installed, or what it needs.</exception>
    public static async Task<DashboardProcess> StartAsync(DashboardStart start, Action<string> say, CancellationToken cancellationToken)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "dashboard", "dq-dashboard.dll");
        if (!File.Exists(program))
        {
            throw CliException.WrongState($"The dashboard is not installed with this dq: {program} is missing.");
        }

        var info = new ProcessStartInfo(AspNetRuntime.FindDotnet(), [program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            CreateNoWindow = true,
        };
        var process = Process.Start(info) ?? throw CliException.WrongState("The dashboard did not start.");
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
            {
                say(text);
            }
        };
        process.BeginErrorReadLine();
        var started = new DashboardProcess(process);
        try
        {
            await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(start, MessageJson.Default.DashboardStart).AsMemory(), cancellationToken);
            await process.StandardInput.FlushAsync(cancellationToken);
            return started;
        }
        catch (IOException)
        {
            // It has ended; what it said about that follows.
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <returns><see langword="null"/> once it has ended.</returns>
    public async Task<DashboardNotice?> ReadAsync(CancellationToken cancellationToken) =>
        await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line ? JsonSerializer.Deserialize(line, MessageJson.Default.DashboardNotice) : null;

    /// <summary>Lets it end, and ends it if it does not.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }

        using var limit = new CancellationTokenSource(StopWithin);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        process.Dispose();
    }
}
