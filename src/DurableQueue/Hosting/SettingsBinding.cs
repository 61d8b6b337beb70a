using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace DurableQueue.Hosting;

/// <summary>Sets options from a section of the configuration, and collects the mistakes in it.</summary>
internal static class SettingsBinding
{
    private const DynamicallyAccessedMemberTypes Settings = DynamicallyAccessedMemberTypes.PublicProperties;
    private const string ValuesOnly = "Numbers, durations, enums, text and lists of text: their converters belong to the framework.";

    /// <returns>What is wrong with a section that has a value where it should have keys.</returns>
    public static IEnumerable<string> ScalarFailures(IConfigurationSection section) =>
        string.IsNullOrEmpty(section.Value) ? [] : [$"{section.Path}: has the value '{section.Value}', but should have keys."];

    /// <summary>Sets what the section says.</summary>
    /// <param name="section">What it says.</param>
    /// <param name="target">The options.</param>
    /// <param name="otherKey">A key that is read elsewhere; <see langword="null"/>: there is none.</param>
    /// <returns>Every key that means nothing and every value that cannot be read, with its path.</returns>
    public static List<string> Bind<[DynamicallyAccessedMembers(Settings)] TOptions>(IConfigurationSection section, TOptions target, string? otherKey = null)
        where TOptions : class
    {
        var failures = new List<string>();
        foreach (var child in section.GetChildren())
        {
            if (child.Key.Equals(otherKey, StringComparison.OrdinalIgnoreCase))
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
