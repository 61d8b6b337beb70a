using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace DurableQueue.Hosting;

/// <summary>What a queue takes from the host's configuration. Mistakes in it are collected before anything is used.</summary>
internal sealed class QueueConfiguration(QueueRegistration registration)
{
    private const string Store = "Store";
    private const string StorePathKey = "Path";
    private const string Workers = "Workers";
    private const string Handlers = "Handlers";
    private const string RetentionKey = "Retention";

    private const DynamicallyAccessedMemberTypes Settings = DynamicallyAccessedMemberTypes.PublicProperties;
    private const string ValuesOnly = "Numbers, durations, enums, text and lists of text: their converters belong to the framework.";

    private readonly List<IConfiguration> sections = [];

    /// <summary>The file of the store, and where it is named; <see langword="null"/> if it is not.</summary>
    public (string Path, string Key)? StorePath => sections.Select(section => section.GetSection(Store).GetSection(StorePathKey))
        .Where(path => !string.IsNullOrWhiteSpace(path.Value))
        .Select(path => ((string Path, string Key)?)(path.Value!, path.Path))
        .LastOrDefault();

    /// <summary>Where the file of the store can be named, in words.</summary>
    public string StorePathPlaces => sections.Count == 0
        ? $"set {Store}:{StorePathKey} in the configuration given to Configure"
        : $"set {string.Join(" or ", sections.Select(section => section.GetSection(Store).GetSection(StorePathKey).Path))}";

    /// <summary>How long finished tasks are kept; <see langword="null"/> if nothing is said.</summary>
    public RetentionPolicy? Retention
    {
        get
        {
            var policy = new RetentionPolicy();
            Apply(section => section.GetSection(RetentionKey), policy);
            return sections.Exists(section => section.GetSection(RetentionKey).GetChildren().Any()) ? policy : null;
        }
    }

    public void Add(IConfiguration section) => sections.Add(section);

    public void ApplyTo(SqliteQueueOptions options) => Apply(section => section.GetSection(Store), options);

    public void ApplyTo(WorkerRegistration worker, WorkerOptions options)
    {
        if (worker.Name is { } name)
        {
            Apply(section => section.GetSection(Workers).GetSection(name), options);
        }
    }

    public void ApplyTo(HandlerRegistration handler, HandlerOptions options) =>
        Apply(section => section.GetSection(Handlers).GetSection(handler.Type), options);

    /// <summary>Every key that means nothing and every value that cannot be read, with its path.</summary>
    public IEnumerable<string> Failures() => sections.SelectMany(section => section.GetChildren()).SelectMany(part => part.Key.ToUpperInvariant() switch
    {
        "STORE" => Bind(part, new SqliteQueueOptions()),
        "WORKERS" => Named(part, "worker", [.. registration.Workers.Select(worker => worker.Name).OfType<string>()], () => new WorkerOptions()),
        "HANDLERS" => Named(part, "handler", [.. registration.Handlers.Select(handler => handler.Type)], () => new HandlerOptions()),
        "RETENTION" => ScalarFailures(part).Concat(Bind(part, new RetentionPolicy())),
        _ => [$"{part.Path}: unknown key; there are {Store}, {Workers}, {Handlers} and {RetentionKey}."],
    });

    private static IEnumerable<string> Named<[DynamicallyAccessedMembers(Settings)] TOptions>(
        IConfigurationSection part, string what, string[] known, Func<TOptions> create)
        where TOptions : class =>
        ScalarFailures(part).Concat(part.GetChildren().SelectMany(child => known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)
            ? ScalarFailures(child).Concat(Bind(child, create()))
            : [$"{child.Path}: there is no {what} '{child.Key}'; there {(known.Length == 0 ? "is none" : $"are: {string.Join(", ", known)}")}."]));

    private static IEnumerable<string> ScalarFailures(IConfigurationSection section) =>
        string.IsNullOrEmpty(section.Value) ? [] : [$"{section.Path}: has the value '{section.Value}', but should have keys."];

    private void Apply<[DynamicallyAccessedMembers(Settings)] TOptions>(Func<IConfiguration, IConfigurationSection> find, TOptions options)
        where TOptions : class
    {
        foreach (var section in sections)
        {
            Bind(find(section), options);
        }
    }

    private static List<string> Bind<[DynamicallyAccessedMembers(Settings)] TOptions>(IConfigurationSection section, TOptions target)
        where TOptions : class
    {
        var failures = new List<string>();
        foreach (var child in section.GetChildren())
        {
            if (target is SqliteQueueOptions && child.Key.Equals(StorePathKey, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var settings = SettingsOf(typeof(TOptions));
            if (settings.FirstOrDefault(property => property.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase)) is { } setting)
            {
                failures.AddRange(Set(setting, child, target));
            }
            else
            {
                failures.Add($"{child.Path}: unknown key; there are {string.Join(", ", settings.Select(property => property.Name))}.");
            }
        }

        return failures;
    }

    private static List<string> Set(PropertyInfo setting, IConfigurationSection value, object target)
    {
        if (setting.PropertyType == typeof(RetryPolicy))
        {
            var policy = new RetryPolicy();
            var failures = ScalarFailures(value).Concat(Bind(value, policy)).ToList();
            setting.SetValue(target, policy);
            return failures;
        }

        try
        {
            if (Read(value, setting.PropertyType) is { } read)
            {
                setting.SetValue(target, read);
            }

            return [];
        }
        catch (InvalidOperationException error)
        {
            return [$"{value.Path}: {(error.InnerException ?? error).Message}"];
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = ValuesOnly)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = ValuesOnly)]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = ValuesOnly)]
    private static object? Read(IConfigurationSection value, Type type) => value.Get(type);

    /// <summary>What a file can say: values and lists of names, but not clocks and logs.</summary>
    private static PropertyInfo[] SettingsOf([DynamicallyAccessedMembers(Settings)] Type options) =>
    [
        .. options.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite)
            .Where(property => property.PropertyType is { IsValueType: true } || property.PropertyType == typeof(string)
                || property.PropertyType == typeof(RetryPolicy) || property.PropertyType == typeof(IReadOnlyList<string>)),
    ];
}
