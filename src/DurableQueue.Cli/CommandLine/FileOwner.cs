using System.Runtime.InteropServices;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Whose files are: by the number of the user, and by name for messages.</summary>
internal static partial class FileOwner
{
    /// <summary>The user that this program acts for.</summary>
    public static uint Me => GuardedFile.User;

    /// <summary>The user that owns a file, or the link itself.</summary>
    /// <returns><see langword="null"/> if there is no such file, or the system has no such owners.</returns>
    public static uint? Of(string path) => GuardedFile.OwnerOf(path, followLink: false);

    /// <summary>Whose it is, if it is not the caller's, or is a link to what is not.</summary>
    /// <returns><see langword="null"/> if there is nothing of another user.</returns>
    public static uint? Other(string path) =>
        Of(path) is not { } owner ? null
        : owner != Me ? owner
        : GuardedFile.OwnerOf(path, followLink: true) is { } target && target != Me ? target
        : null;

    /// <summary>As people know the user.</summary>
    public static string NameOf(uint user)
    {
        var entry = FindUser(user);
        return entry != 0 && Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(entry)) is { Length: > 0 } name ? name : $"number {user}";
    }

    /// <summary>An entry begins with a pointer to the name.</summary>
    [LibraryImport("libc", EntryPoint = "getpwuid")]
    private static partial nint FindUser(uint user);
}
