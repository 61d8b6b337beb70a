using System.CommandLine;
using System.Text.Json;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Setup;

internal static class ConfigCommand
{
    public static Command Create() => new Command("config", "Show every setting, its value and where it comes from, and the files that are read.")
        .WithAction(async invocation =>
        {
            List<string> problems = [.. invocation.Settings.Mistakes];
            var code = problems.Count > 0 ? ExitCode.BadInput : ExitCode.Done;
            if (code == ExitCode.Done && File.Exists(invocation.QueuePath))
            {
                problems.AddRange(await FindOtherLimitsAsync(invocation));
            }

            if (invocation.Json)
            {
                invocation.Output.WriteJson(json => WriteJson(json, invocation.Settings, problems));
            }
            else
            {
                WriteTables(invocation);
            }

            problems.ForEach(problem => invocation.Output.Say($"dq: {problem}"));
            return code;
        });

    private static async Task<IReadOnlyList<string>> FindOtherLimitsAsync(DqInvocation invocation)
    {
        try
        {
            return await NewGroups.FindOtherLimitsAsync(invocation);
        }
        catch (QueueStorageException e)
        {
            // The settings are shown in any case.
            return [e.Message];
        }
    }

    private static void WriteTables(DqInvocation invocation)
    {
        var settings = invocation.Settings;
        var table = new TextTable("KEY", "VALUE", "FROM");
        foreach (var setting in SettingKeys.All)
        {
            var sources = settings.SourcesOf(setting);
            var from = sources.Count == 0 ? "default" : string.Join(", ", sources.Select(source => source.Name));
            table.Add((setting.Key, Style.Plain), (TextOf(settings, setting), Style.Plain), (from, Style.Plain));
        }

        invocation.Output.Write(table);
        invocation.Output.Text.WriteLine();
        var files = new TextTable("FILE", "PATH", "STATE");
        foreach (var file in settings.Files)
        {
            var state = file.Foreign is { } foreign ? $"not obeyed: {foreign}" : file.Exists ? "read" : "does not exist";
            files.Add((OriginOf(file.Source), Style.Plain), (file.Source.Name, Style.Plain), (state, Style.Plain));
        }

        invocation.Output.Write(files);
    }

    private static void WriteJson(Utf8JsonWriter json, Settings settings, List<string> problems)
    {
        json.WriteStartArray("settings");
        foreach (var setting in SettingKeys.All)
        {
            var sources = settings.SourcesOf(setting);
            json.WriteStartObject();
            json.WriteString("key", setting.Key);
            json.WritePropertyName("value");
            SettingText.Write(json, settings.IsValid(setting) ? setting.ValueIn(settings) : null);
            json.WriteString("from", sources.Count == 0 ? "default" : OriginOf(sources[0]));
            json.WriteStartArray("sources");
            foreach (var source in sources)
            {
                json.WriteStringValue(source.Name);
            }

            json.WriteEndArray();
            json.WriteString("variable", setting.Variable);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("files");
        foreach (var file in settings.Files)
        {
            json.WriteStartObject();
            json.WriteString("origin", OriginOf(file.Source));
            json.WriteString("path", file.Source.Name);
            json.WriteBoolean("exists", file.Exists);
            json.WriteString("not_obeyed", file.Foreign);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("problems");
        problems.ForEach(json.WriteStringValue);
        json.WriteEndArray();
    }

    private static string OriginOf(SettingSource source) => source.Origin switch
    {
        SettingOrigin.Environment => "environment",
        SettingOrigin.Project => "project",
        _ => "user",
    };

    private static string TextOf(Settings settings, Setting setting) => settings.IsValid(setting) ? SettingText.Of(setting.ValueIn(settings)) : "not valid";
}
