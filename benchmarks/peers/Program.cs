using System.Globalization;
using DurableQueue.Peers;

const string Usage = "peers [--jobs N] [--rounds N]";
var (jobs, rounds) = (1_000, 3);
for (var index = 0; index < args.Length; index += 2)
{
    var value = index + 1 < args.Length ? int.Parse(args[index + 1], CultureInfo.InvariantCulture) : throw new ArgumentException($"Usage: {Usage}");
    (jobs, rounds) = args[index] switch
    {
        "--jobs" => (value, rounds),
        "--rounds" => (jobs, value),
        var unknown => throw new ArgumentException($"{unknown} is unknown. Usage: {Usage}"),
    };
}

SQLitePCL.Batteries_V2.Init();
IPeer[] peers = [new DurableQueuePeer(), new HangfirePeer(), new QuartzPeer()];
var repeated = peers.ToDictionary(peer => peer.Name, _ => 0);
var settings = new Dictionary<string, Durable>();
var workloads = new (string Name, Func<IPeer, Task<double>> Measure)[]
{
    ("enqueue, 1 caller", peer => Measurement.EnqueueAsync(peer, jobs, callers: 1)),
    ("enqueue, 64 callers", peer => Measurement.EnqueueAsync(peer, jobs, callers: 64)),
    ("worker, its default", peer => RunAsync(peer, peer.DefaultWorkers)),
    ("worker, 64 at once", peer => RunAsync(peer, 64)),
};

Console.WriteLine($"{Environment.ProcessorCount} cores, SQLite {SQLitePCL.raw.sqlite3_libversion().utf8_to_string()}, {jobs:N0} jobs, median of {rounds} rounds in turn; jobs per second, and how many times as many the first does");
foreach (var (name, measure) in workloads)
{
    var measured = peers.ToDictionary(peer => peer.Name, _ => new List<double>());

    // The first round is the warm-up.
    for (var round = 0; round <= rounds; round++)
    {
        foreach (var peer in peers)
        {
            var perSecond = await measure(peer);
            if (round > 0)
            {
                measured[peer.Name].Add(perSecond);
            }
        }
    }

    var medians = peers.Select(peer => (peer.Name, PerSecond: measured[peer.Name].Order().ElementAt(rounds / 2))).ToList();
    Console.WriteLine($"| {name} | {string.Join(" | ", medians.Select(median => string.Create(
        CultureInfo.InvariantCulture, $"{median.Name} {median.PerSecond:N0}/s ({medians[0].PerSecond / median.PerSecond:F1})")))} |");
}

foreach (var peer in peers)
{
    Console.WriteLine($"{peer.Name}: {settings[peer.Name]}; {peer.DefaultWorkers} jobs at once by default; {repeated[peer.Name]} jobs ran more than once");
}

async Task<double> RunAsync(IPeer peer, int workers)
{
    var (perSecond, again, durable) = await Measurement.RunAsync(peer, jobs, workers);
    repeated[peer.Name] += again;
    settings[peer.Name] = durable;
    return perSecond;
}
