using System.Security.Cryptography;
using System.Text;

namespace DurableQueue.Dashboard.Pages;

/// <summary>The files of the page, which are part of the assembly.</summary>
internal static class PageFiles
{
    private const string Prefix = "DurableQueue.Dashboard.assets.";
    private const string IndexName = "index.html";
    private const string Base = "<base href=\"./\">";

    private static readonly (string Before, string After) IndexParts = ReadIndex();

    /// <summary>All but the page itself.</summary>
    public static IReadOnlyList<PageFile> Assets { get; } = ReadAssets();

    /// <summary>The page, with the address that its own addresses are relative to.</summary>
    public static byte[] Index(string baseAddress) =>
        // The address comes from the request, and is escaped already; quotes cannot be in it.
        Encoding.UTF8.GetBytes($"{IndexParts.Before}<base href=\"{baseAddress.Replace("\"", "%22", StringComparison.Ordinal).Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "%3C", StringComparison.Ordinal)}\">{IndexParts.After}");

    private static PageFile[] ReadAssets() =>
    [
        .. typeof(PageFiles).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && !name.EndsWith(IndexName, StringComparison.Ordinal))
            .Select(name => ReadFile(name[Prefix.Length..]))
            .Where(file => file.ContentType.Length > 0),
    ];

    private static PageFile ReadFile(string name)
    {
        var bytes = ReadBytes(name);
        var type = Path.GetExtension(name) switch
        {
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            ".woff2" => "font/woff2",
            ".png" => "image/png",
            _ => "",
        };
        return new PageFile(name, type, bytes, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]}\"");
    }

    private static (string Before, string After) ReadIndex()
    {
        var text = Encoding.UTF8.GetString(ReadBytes(IndexName));
        var at = text.IndexOf(Base, StringComparison.Ordinal);
        return at < 0 ? throw new InvalidOperationException($"{IndexName} has no {Base}.") : (text[..at], text[(at + Base.Length)..]);
    }

    private static byte[] ReadBytes(string name)
    {
        using var stream = typeof(PageFiles).Assembly.GetManifestResourceStream(Prefix + name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
