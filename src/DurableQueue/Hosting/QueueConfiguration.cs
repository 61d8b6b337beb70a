using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;

namespace DurableQueue.Hosting;

/// <summary>What a queue takes from the host's configuration. Mistakes in it are collected before anything is used.</summary>
internal sealed class QueueConfiguration(QueueRegistration registration)
{
    private const string Store = "Store";
    private const string Workers = "Workers";
    private const string Handlers = "Handlers";
    private const string RetentionKey = "Retention";

    private const DynamicallyAccessedMemberTypes Settings = DynamicallyAccessedMemberTypes.PublicProperties;

    private readonly List<IConfiguration> sections = [];

    /// <summary>What the configuration says of the store; the last one has the last word.</summary>
    public IEnumerable<IConfigurationSection> StoreSections => sections.Select(section => section.GetSection(Store));

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

    /// <summary>A setting of the store, and where it stands; <see langword="null"/> if it is not there.</summary>
    public (string Value, string Key)? FindStoreSetting(string name) => StoreSections.Select(store => store.GetSection(name))
        .Where(setting => !string.IsNullOrWhiteSpace(setting.Value))
        .Select(setting => ((string Value, string Key)?)(setting.Value!, setting.Path))
        .LastOrDefault();

    /// <summary>Where a setting of the store can be made, in words.</summary>
    public string StoreSettingPlaces(string name) => sections.Count == 0
        ? $"set {Store}:{name} in the configuration given to Configure"
        : $"set {string.Join(" or ", StoreSections.Select(store => store.GetSection(name).Path))}";

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
        "STORE" => registration.StoreOfSettings.SettingsFailures(part),
        "WORKERS" => Named(part, "worker", [.. registration.Workers.Select(worker => worker.Name).OfType<string>()], () => new WorkerOptions()),
        "HANDLERS" => Named(part, "handler", [.. registration.Handlers.Select(handler => handler.Type)], () => new HandlerOptions()),
        "RETENTION" => SettingsBinding.ScalarFailures(part).Concat(SettingsBinding.Bind(part, new RetentionPolicy())),
        _ => [$"{part.Path}: unknown key; there are {Store}, {Workers}, {Handlers} and {RetentionKey}."],
    });

    private static IEnumerable<string> Named<[DynamicallyAccessedMembers(Settings)] TOptions>(
        IConfigurationSection part, string what, string[] known, Func<TOptions> create)
        where TOptions : class =>
        SettingsBinding.ScalarFailures(part).Concat(part.GetChildren().SelectMany(child => known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)
            ? SettingsBinding.ScalarFailures(child).Concat(SettingsBinding.Bind(child, create()))
            : [$"{child.Path}: there is no {what} '{child.Key}'; there {(known.Length == 0 ? "is none" : $"are: {string.Join(", ", known)}")}."]));

    private void Apply<[DynamicallyAccessedMembers(Settings)] TOptions>(Func<IConfiguration, IConfigurationSection> find, TOptions options)
        where TOptions : class
    {
        foreach (var section in sections)
        {
            SettingsBinding.Bind(find(section), options);
        }
    }
}
