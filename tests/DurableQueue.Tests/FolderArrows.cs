using System.Text.RegularExpressions;
using Xunit;

namespace DurableQueue.Tests;

/// <summary>Which folders may name which: an arrow that points the other way is the beginning of a circle.</summary>
internal static class FolderArrows
{
    /// <param name="sources">The files, each with its folder.</param>
    /// <param name="parent">The namespace above those of the folders. A folder may use this one instead of its own.</param>
    /// <param name="mayName">For each folder, those that it may name beside itself. Everything may name the files that are in no folder.</param>
    public static void RequireDownward(IReadOnlyList<SourceFile> sources, string parent, IReadOnlyDictionary<string, string[]> mayName)
    {
        Assert.NotEmpty(sources);
        Assert.All(sources, source => Assert.True(mayName.ContainsKey(source.Folder), $"{source.Folder} has no place among the folders"));
        Assert.Empty(Find(sources, parent, mayName));
    }

    private static IEnumerable<string> Find(IReadOnlyList<SourceFile> sources, string parent, IReadOnlyDictionary<string, string[]> mayName)
    {
        var folders = sources.ToLookup(source => source.Folder);
        return
            from source in sources
            from folder in folders
            where folder.Key != SourceFile.Root && folder.Key != source.Folder && !mayName[source.Folder].Contains(folder.Key)
            let name = FindName(source, parent, folder)
            where name is not null
            select $"{source.Path} names {name} of {folder.Key}";
    }

    /// <summary>How <paramref name="source"/> names something of <paramref name="folder"/>; <see langword="null"/> if it does not.</summary>
    private static string? FindName(SourceFile source, string parent, IGrouping<string, SourceFile> folder)
    {
        if (Regex.IsMatch(source.Code, $@"\b{Regex.Escape(parent)}\.{folder.Key}\b"))
        {
            return $"{parent}.{folder.Key}";
        }

        // Inside the parent's namespace a type of its folder X is also X.Type. A property may be called X too, so only X's types count.
        var half = folder.SelectMany(file => file.Types).FirstOrDefault(type => Regex.IsMatch(source.Code, $@"(?<![\w.]){folder.Key}\.{type}\b"));
        if (half is not null)
        {
            return $"{folder.Key}.{half}";
        }

        // Types that are in the folder but in the parent's namespace need no using to be named.
        return folder.Where(file => file.Namespace == parent).SelectMany(file => file.Types)
            .FirstOrDefault(type => Regex.IsMatch(source.Code, $@"(?<![\w.]){type}\b"));
    }
}
