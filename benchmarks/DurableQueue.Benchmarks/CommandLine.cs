using System.Globalization;

namespace DurableQueue.Benchmarks;

internal static class CommandLine
{
    public static int Number(string[] args, string name, int otherwise)
    {
        var index = Array.IndexOf(args, name);
        return index < 0 ? otherwise : int.Parse(args[index + 1], NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
    }
}
