using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Storage;

namespace DurableQueue.Cli.Dashboards;

/// <summary>
/// Where the dashboard of a queue is: a file of the user's alone, since its address is the key. The process that wrote it is named with its start, so that a file
/// that it has left behind is no one's.
/// </summary>
/// <param name="Url">The address, with the token.</param>
/// <param name="Port">The port.</param>
/// <param name="Process">The dq that serves it.</param>
internal sealed record RunningDashboard(string Url, int Port, ProcessIdentity Process)
{
    /// <summary>A page that opens the dashboard of a queue. Its path may be in the command line of a browser, which the address may not.</summary>
    public static string PageOf(string queuePath) => Place(queuePath) + ".html";

    /// <summary>Finds that of a queue.</summary>
    /// <returns><see langword="null"/> if none is running here.</returns>
    public static RunningDashboard? Find(string queuePath)
    {
        var path = Place(queuePath) + ".json";
        try
        {
            if (!File.Exists(path) || FileOwner.Other(path) is not null)
            {
                return null;
            }

            using var json = JsonDocument.Parse(File.ReadAllText(path));
            var root = json.RootElement;
            var found = new RunningDashboard(
                root.GetProperty("url").GetString()!,
                root.GetProperty("port").GetInt32(),
                new ProcessIdentity(root.GetProperty("host").GetString()!, root.GetProperty("boot").GetString()!, root.GetProperty("pid").GetInt32(), root.GetProperty("started").GetInt64()));
            return found.IsHere ? found : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // Not from dq, or just being removed.
            return null;
        }
    }

    private bool IsHere => Process.Host == Environment.MachineName && Process.BootId == ProcessIdentity.ReadBootId() && !Process.IsGoneFromHere();

    /// <summary>Takes the place of the one dashboard of a queue, until it is disposed.</summary>
    /// <returns><see langword="null"/> if another process has it.</returns>
    public static Holder? Take(string queuePath)
    {
        var place = Place(queuePath);
        StateFolder.Create(Path.GetDirectoryName(place)!);
        try
        {
            return new Holder(place, new FileStream(place + ".lock", ForOwner(FileMode.OpenOrCreate)));
        }
        catch (IOException) when (Directory.Exists(Path.GetDirectoryName(place)))
        {
            return null;
        }
    }

    /// <exception cref="CliException">There is no home directory.</exception>
    private static string Place(string queuePath) => Path.Combine(
        StateFolder.Path ?? throw CliException.BadInput("There is no home directory to keep the address of the dashboard in. Set XDG_STATE_HOME."),
        "dashboards",
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(queuePath)).AsSpan(0, 16)));

    private static FileStreamOptions ForOwner(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    /// <summary>The place of the one dashboard of a queue.</summary>
    internal sealed class Holder(string place, FileStream held) : IDisposable
    {
        private string AddressPath => place + ".json";

        private string PagePath => place + ".html";

        public void Write(RunningDashboard dashboard)
        {
            using var json = new MemoryStream();
            using (var writer = new Utf8JsonWriter(json))
            {
                writer.WriteStartObject();
                writer.WriteString("url", dashboard.Url);
                writer.WriteNumber("port", dashboard.Port);
                writer.WriteString("host", dashboard.Process.Host);
                writer.WriteString("boot", dashboard.Process.BootId);
                writer.WriteNumber("pid", dashboard.Process.Pid);
                writer.WriteNumber("started", dashboard.Process.StartedAt);
                writer.WriteEndObject();
            }

            Replace(PagePath, Encoding.UTF8.GetBytes(
                $"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>dq dashboard</title><meta http-equiv="refresh" content="0; url={dashboard.Url}"></head></html>"""));
            Replace(AddressPath, json.ToArray());
        }

        public void Dispose()
        {
            File.Delete(AddressPath);
            File.Delete(PagePath);
            held.Dispose();
        }

        /// <summary>Whoever reads it at this moment sees the old file or the new one.</summary>
        private static void Replace(string path, byte[] bytes)
        {
            var fresh = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}");
            File.Delete(fresh);
            using (var file = new FileStream(fresh, ForOwner(FileMode.CreateNew)))
            {
                file.Write(bytes);
            }

            File.Move(fresh, path, overwrite: true);
        }
    }
}
