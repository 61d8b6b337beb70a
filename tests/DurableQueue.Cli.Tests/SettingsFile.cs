namespace DurableQueue.Cli.Tests;

/// <summary>The caller's settings while it is not disposed.</summary>
internal sealed class SettingsFile : IDisposable
{
    private readonly Sandbox box;
    private readonly string folder;

    public SettingsFile(Sandbox box, string text)
    {
        this.box = box;
        folder = System.IO.Path.Combine(box.Folder, $"config-{Guid.NewGuid():n}");
        Directory.CreateDirectory(System.IO.Path.Combine(folder, "dq"));
        box.Variables["XDG_CONFIG_HOME"] = folder;
        Write(text);
    }

    public string Path => System.IO.Path.Combine(folder, "dq", "config.toml");

    public void Write(string text) => File.WriteAllText(Path, text);

    public void Dispose() => box.Variables.Remove("XDG_CONFIG_HOME");
}
