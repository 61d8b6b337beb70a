using System.Globalization;
using DurableQueue.CrashTests;

if (args is not ["crash" or "soak", ..] || args.Length % 2 == 0)
{
    await Console.Error.WriteLineAsync("usage: crash [--kills N] [--seed S] | soak [--minutes M] [--seed S]");
    return 2;
}

var settings = args.Skip(1).Chunk(2).ToDictionary(pair => pair[0], pair => int.Parse(pair[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
var options = new CrashOptions
{
    Kills = settings.GetValueOrDefault("--kills", 200),
    Seed = settings.GetValueOrDefault("--seed", Random.Shared.Next()),
    Soak = args[0] == "soak" ? TimeSpan.FromMinutes(settings.GetValueOrDefault("--minutes", 10)) : null,
    Processes = args[0] == "soak" ? 3 : 4,
    Log = Console.WriteLine,
};
Console.WriteLine($"seed {options.Seed}");
var report = await CrashRun.RunAsync(options);
if (report.Samples.Count > 0)
{
    SoakSample.CheckBounds(report.Samples, report.Verdict);
    Console.WriteLine(SoakSample.Head);
    foreach (var row in SoakSample.Table(report.Samples))
    {
        Console.WriteLine(row);
    }
}

foreach (var finding in report.Verdict.Findings)
{
    Console.WriteLine(finding);
}

Console.WriteLine(report.Places);
Console.WriteLine(report.Summary);
return report.Verdict.IsGood ? 0 : 1;
