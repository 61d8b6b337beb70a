using System.Globalization;

namespace DurableQueue.Benchmarks.Throughput;

/// <summary>What the command line of a run asked for.</summary>
internal sealed record RunOptions
{
    public const string Usage =
        "throughput [--scenario NAME] [--durability full|normal] [--tasks N] [--pairs N] [--json FILE] [--sync-delay-ms N] [--budgets on|off]"
        + " [--sync-checkouts on|off]";

    public string? Scenario { get; private init; }

    public Durability Durability { get; private init; } = Durability.Full;

    /// <summary>Instead of the size each scenario has by itself.</summary>
    public int? Tasks { get; private init; }

    public int Pairs { get; private init; } = 5;

    public string? JsonFile { get; private init; }

    /// <summary>Added to every sync, as on a slow disk.</summary>
    public int SyncDelayMs { get; private init; }

    /// <summary>Every group and every type has a cap on its starts, too high to be reached.</summary>
    public bool Budgets { get; private init; }

    /// <summary>Checkouts are synced before they are answered; if not, a drain is compared with one where they are.</summary>
    public bool SyncCheckouts { get; private init; } = true;

    public SqliteQueueOptions Queue => new() { Durability = Durability, SyncCheckouts = SyncCheckouts };

    public static RunOptions Parse(string[] args)
    {
        var options = new RunOptions();
        for (var index = 0; index < args.Length; index += 2)
        {
            var value = index + 1 < args.Length ? args[index + 1] : throw new ArgumentException($"{args[index]} needs a value. Usage: {Usage}");
            options = args[index] switch
            {
                "--scenario" => options with { Scenario = value },
                "--durability" => options with { Durability = Enum.Parse<Durability>(value, ignoreCase: true) },
                "--tasks" => options with { Tasks = Positive(value) },
                "--pairs" => options with { Pairs = Positive(value) },
                "--json" => options with { JsonFile = value },
                "--sync-delay-ms" => options with { SyncDelayMs = Positive(value) },
                "--budgets" => options with { Budgets = value == "on" },
                "--sync-checkouts" => options with { SyncCheckouts = value == "on" },
                var unknown => throw new ArgumentException($"{unknown} is unknown. Usage: {Usage}"),
            };
        }

        return options;
    }

    private static int Positive(string value)
    {
        var number = int.Parse(value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        return number > 0 ? number : throw new ArgumentException($"{value} is not a number above 0.");
    }
}
