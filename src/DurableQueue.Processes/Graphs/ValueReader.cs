using System.Globalization;

namespace DurableQueue.Processes.Graphs;

/// <summary>Reads values of the expected type. A value of another type is an error, and counts as not given.</summary>
internal sealed class ValueReader(GraphFileErrors errors)
{
    /// <summary>The entries by key. A key that is given twice or is not known is an error.</summary>
    /// <param name="map">The mapping.</param>
    /// <param name="known">The keys that it may have; <see langword="null"/> means any.</param>
    /// <param name="what">What has the keys, for messages.</param>
    public Dictionary<string, FileEntry> Entries(FileNode.Map map, string[]? known, string what)
    {
        var entries = new Dictionary<string, FileEntry>(map.Entries.Count);
        foreach (var (key, value) in map.Entries)
        {
            if (known is not null && !known.Contains(key.Text))
            {
                var hint = (Suggestion.For(key.Text, known) ?? OtherWords.Find(key.Text, known)) is { } near ? $"did you mean '{near}'?" : $"it has {string.Join(", ", known)}.";
                errors.Add(key.Position, $"{what} has no key '{key.Text}'; {hint}");
            }
            else if (!entries.TryAdd(key.Text, new FileEntry(key, value)))
            {
                errors.Add(key.Position, $"'{key.Text}' is given twice; the first is on line {entries[key.Text].Key.Position.Line}.");
            }
        }

        return entries;
    }

    public string? Text(FileEntry? entry) => entry is null ? null : Text(entry.Value, $"'{entry.Key.Text}'");

    /// <summary>Numbers, <c>true</c> and <c>false</c> are strings as they are written: <c>cmd: true</c> is a command.</summary>
    public string? Text(FileNode node, string what)
    {
        if (node is FileNode.Scalar { Type: not ScalarType.Null } scalar)
        {
            return scalar.Text;
        }

        errors.Add(node.Position, $"{what} must be a string; it is {node.Kind}.");
        return null;
    }

    public int? Number(FileEntry? entry, int least, int most)
    {
        if (entry is null)
        {
            return null;
        }

        if (entry.Value is FileNode.Scalar { Type: ScalarType.Number } scalar
            && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        errors.Add(entry.Value.Position, $"'{entry.Key.Text}' must be a whole number from {least} to {most}; it is {entry.Value.Quoted}.");
        return null;
    }

    public TimeSpan? Duration(FileEntry? entry)
    {
        if (Text(entry) is not { } text)
        {
            return null;
        }

        try
        {
            return TimeText.ParseDuration(text);
        }
        catch (FormatException e)
        {
            errors.Add(entry!.Value.Position, e.Message);
            return null;
        }
    }

    public DependencyCondition Condition(FileNode node)
    {
        if (node is FileNode.Scalar scalar && Enum.GetNames<DependencyCondition>().FirstOrDefault(n => n.Equals(scalar.Text, StringComparison.OrdinalIgnoreCase)) is { } name)
        {
            return Enum.Parse<DependencyCondition>(name);
        }

        errors.Add(node.Position, $"A condition must be succeeded, failed or finished; this is {node.Quoted}.");
        return DependencyCondition.Succeeded;
    }
}
