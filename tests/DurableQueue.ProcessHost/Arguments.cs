using System.Globalization;

namespace DurableQueue.ProcessHost;

/// <summary>A command and its <c>key=value</c> settings.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> values;

    private Arguments(string command, Dictionary<string, string> values)
    {
        Command = command;
        this.values = values;
    }

    public string Command { get; }

    public string this[string key] => values[key];

    public static Arguments? Parse(string[] args)
    {
        var pairs = args.Skip(1).Select(argument => argument.Split('=', 2)).ToList();
        return args.Length == 0 || pairs.Exists(pair => pair.Length != 2)
            ? null
            : new Arguments(args[0], pairs.ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal));
    }

    public string Text(string key, string otherwise) => values.GetValueOrDefault(key, otherwise);

    public int Number(string key, int otherwise) =>
        values.TryGetValue(key, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
