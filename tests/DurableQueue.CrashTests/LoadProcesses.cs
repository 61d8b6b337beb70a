namespace DurableQueue.CrashTests;

/// <summary>Children that produce and work on one file, and their journal.</summary>
/// <param name="path">The file.</param>
/// <param name="seed">Of everything that they draw.</param>
/// <param name="name">What their names begin with: other children may have stored tasks in the file.</param>
internal sealed class LoadProcesses(string path, int seed, string name = "p") : IAsyncDisposable
{
    private readonly List<Child> children = [];

    public Journal Journal { get; } = new();

    public void Start(int count, IReadOnlyDictionary<string, string>? environment = null, params string[] settings)
    {
        for (var index = 0; index < count; index++)
        {
            string[] arguments = ["load", $"db={path}", $"name={name}{children.Count}", $"seed={seed + (100 * children.Count)}", "lease=1000", .. settings];
            var child = Child.Start(arguments, Journal.Read, environment);
            child.Go();
            children.Add(child);
        }
    }

    /// <summary>Waits for this many more acknowledged calls.</summary>
    public async Task WorkAsync(int calls)
    {
        using var limit = new CancellationTokenSource(Child.Limit);
        await Journal.WaitForAsync(Journal.Acknowledged + calls, limit.Token);
    }

    public void Pause() => children.ForEach(child => child.Pause());

    public void Continue() => children.ForEach(child => child.Continue());

    /// <summary>Asks all of them to end, and waits until they have.</summary>
    public async Task StopAsync()
    {
        children.ForEach(child => child.Stop());
        foreach (var child in children)
        {
            var code = await child.ExitAsync();
            if (code != 0)
            {
                throw new InvalidOperationException($"A process ended with {code}: {Journal.Trouble} {child.Errors}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in children)
        {
            await child.DisposeAsync();
        }
    }
}
