namespace DurableQueue.Processes.Graphs;

/// <summary>The keys of graph files under the names that they have in the files of other tools. They are not read, only recognized.</summary>
internal static class OtherWords
{
    private static readonly Dictionary<string, string> Keys = new(StringComparer.OrdinalIgnoreCase)
    {
        ["command"] = "cmd",
        ["commands"] = "cmd",
        ["run"] = "cmd",
        ["script"] = "cmd",
        ["exec"] = "cmd",
        ["shell"] = "cmd",
        ["depends"] = "after",
        ["depends_on"] = "after",
        ["dependencies"] = "after",
        ["deps"] = "after",
        ["needs"] = "after",
        ["requires"] = "after",
        ["environment"] = "env",
        ["variables"] = "env",
        ["cwd"] = "working_dir",
        ["dir"] = "working_dir",
        ["directory"] = "working_dir",
        ["workdir"] = "working_dir",
        ["working_directory"] = "working_dir",
        ["time_limit"] = "timeout",
        ["max_retries"] = "retries",
        ["retry"] = "retries",
        ["queue"] = "group",
        ["jobs"] = "tasks",
        ["steps"] = "tasks",
    };

    /// <summary>The key of <paramref name="known"/> that is meant; <see langword="null"/> if the word is none of these.</summary>
    public static string? Find(string word, IReadOnlyCollection<string> known) => Keys.GetValueOrDefault(word.Replace('-', '_')) is { } key && known.Contains(key) ? key : null;
}
