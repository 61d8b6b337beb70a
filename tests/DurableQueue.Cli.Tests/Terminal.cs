namespace DurableQueue.Cli.Tests;

/// <summary>A real terminal: tmux shows the screen and types the keys, with a server of its own. Without tmux the test fails; .ci/run installs it.</summary>
internal sealed class Terminal(Sandbox box) : IAsyncDisposable
{
    private readonly string session = $"dq-{Guid.NewGuid():n}";

    public async Task StartAsync(int width, int height, string command)
    {
        var started = await RunAsync("new-session", "-d", "-x", $"{width}", "-y", $"{height}", command);
        if (started.ExitCode != 0)
        {
            throw new InvalidOperationException(started.ToString());
        }
    }

    /// <summary>Keys by their names, everything else as text.</summary>
    public Task SendAsync(params string[] keys) => RunAsync(["send-keys", .. keys]);

    public Task ResizeAsync(int width, int height) => RunAsync("resize-window", "-x", $"{width}", "-y", $"{height}");

    /// <returns>The whole screen.</returns>
    public Task<string> UntilShownAsync(string text) => UntilAsync(screen => screen.Contains(text, StringComparison.Ordinal), $"it shows '{text}'");

    /// <returns>The whole screen.</returns>
    public async Task<string> UntilAsync(Func<string, bool> isSo, string what)
    {
        var screen = "";
        try
        {
            await Sandbox.UntilAsync(async () => isSo(screen = (await RunAsync("capture-pane", "-p")).Out), what);
        }
        catch (Xunit.Sdk.XunitException e)
        {
            throw new InvalidOperationException($"{e.Message}\n{screen}", e);
        }

        return screen;
    }

    public async ValueTask DisposeAsync() => await RunAsync("kill-server");

    private Task<DqResult> RunAsync(params string[] arguments) => box.RunProgramAsync("tmux", ["-L", session, "-f", "/dev/null", .. arguments]);
}
