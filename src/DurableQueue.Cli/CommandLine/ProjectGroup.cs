using System.Security.Cryptography;
using System.Text;
using DurableQueue.Sqlite;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Names the group of a project after its repository.</summary>
internal static class ProjectGroup
{
    private const int MostOfFolder = 64;
    private const int HashBytes = 4;
    private const string Unnamed = "project";

    /// <summary>
    /// The name of the folder of the nearest repository, with the characters that a group may have, and a hash of its path: two repositories of the same name do not
    /// share a group, and the name stays as long as the repository stays where it is. A worktree is a repository of its own.
    /// </summary>
    /// <param name="directory">Where to begin; the search goes upwards.</param>
    /// <returns><see langword="null"/> if there is no repository.</returns>
    public static string? Of(string directory)
    {
        for (var folder = new DirectoryInfo(RealPath.Of(directory)); folder is not null; folder = folder.Parent)
        {
            // In a worktree and in a submodule it is a file.
            if (Path.Exists(Path.Combine(folder.FullName, ".git")))
            {
                return NameOf(folder);
            }
        }

        return null;
    }

    private static string NameOf(DirectoryInfo folder)
    {
        var letters = string.Concat(folder.Name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' ? letter : '-')).Trim('-');
        var name = letters.Length == 0 ? Unnamed : letters[..Math.Min(letters.Length, MostOfFolder)];
        return $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder.FullName)).AsSpan(0, HashBytes))}";
    }
}
