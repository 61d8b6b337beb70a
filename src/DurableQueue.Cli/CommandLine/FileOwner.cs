using System.Runtime.InteropServices;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Tells which user owns a file, by id and, for messages, by name.</summary>
internal static partial class FileOwner
{
    /// <summary>The user that this program acts for.</summary>
    public static uint Me => GuardedFile.User;

    /// <summary>The user that owns a file, or the link itself.</summary>
    /// <returns><see langword="null"/> if there is no such file, or the system has no such owners.</returns>
    public static uint? Of(string path) => GuardedFile.OwnerOf(path, followLink: false);

    /// <summary>The owner of the file or of the target of the link, if that is another user.</summary>
    /// <returns><see langword="null"/> if both belong to the caller.</returns>
    public static uint? Other(string path) =>
        Of(path) is not { } owner ? null
        : owner != Me ? owner
        : GuardedFile.OwnerOf(path, followLink: true) is { } target && target != Me ? target
        : null;

    /// <summary>The user's name, or the id if there is none.</summary>
    public static string NameOf(uint user)
    {
        var entry = FindUser(user);
        return entry != 0 && Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(entry)) is { Length: > 0 } name ? name : $"with id {user}";
    }

    /// <summary>An entry begins with a pointer to the name.</summary>
    [LibraryImport("libc", EntryPoint = "getpwuid")]
    private static partial nint FindUser(uint user);
}
