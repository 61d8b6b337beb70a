using System.Text.RegularExpressions;
using DurableQueue.Processes;

namespace DurableQueue.Cli.CommandLine;

/// <summary>The settings. Each has a line in docs/cli-settings.md.</summary>
internal static class SettingKeys
{
    /// <summary>The value of <see cref="Group"/> that is not the name of a group.</summary>
    public const string ProjectsGroup = "project";

    private static readonly List<Setting> Added = [];

    /// <summary>The directories whose queues the caller trusts, as absolute paths.</summary>
    public static readonly Setting<IReadOnlyList<string>> SafeQueues = Add(new Setting<IReadOnlyList<string>>(
        "safe_queues", [], SettingForms.Texts((text, source) => UserPath.Resolve(text, source.IsVariable ? source.Name : $"{source.Name}: safe_queues")))
    {
        Expected = "a list of directories: safe_queues = [\"/srv/project/.dq\"]",
        Combine = (first, second) => [.. first, .. second],
        ProjectMay = _ => false,
    });

    /// <summary>The limit of groups that dq creates without being told one; 0 means no limit.</summary>
    public static readonly Setting<int> DefaultParallel = Add(new Setting<int>("default_parallel", Environment.ProcessorCount, SettingForms.Number(0, int.MaxValue))
    {
        Expected = "a whole number: how many tasks of a new group run at once, or 0 for no limit",
    });

    /// <summary>The limits of single groups that dq creates.</summary>
    public static readonly Setting<IReadOnlyDictionary<string, int>> Groups = Add(new Setting<IReadOnlyDictionary<string, int>>(
        "groups", new Dictionary<string, int>(), SettingForms.GroupLimits)
    {
        Variable = null,
        Expected = "a table of groups and their limits: groups = { ml = 2, \"web/build\" = 0 }",
        Combine = (first, second) => first.Concat(second.Where(each => !first.ContainsKey(each.Key))).ToDictionary(),
    });

    /// <summary>The group of tasks for which none is given; <see cref="ProjectsGroup"/> is that of their repository.</summary>
    public static readonly Setting<string> Group = Add(new Setting<string>("group", NewTask.DefaultGroup, SettingForms.Group)
    {
        Expected = "the name of a group, or \"project\" for that of the repository",
    });

    /// <summary>Stops an attempt that takes longer.</summary>
    public static readonly Setting<TimeSpan?> Timeout = Add(new Setting<TimeSpan?>("timeout", null, SettingForms.OrNone(SettingForms.Duration))
    {
        Expected = "a time such as \"90s\" or \"2h\", or \"none\"",
    });

    /// <summary>From SIGTERM to SIGKILL.</summary>
    public static readonly Setting<TimeSpan> KillGrace = Add(new Setting<TimeSpan>("kill_grace", TimeSpan.FromSeconds(5), SettingForms.DurationUpTo(CommandRules.LongestGrace))
    {
        Expected = "a time from \"0s\" to \"1h\"",
    });

    /// <summary>How commands get the resources below: one of <see cref="ResourceModes"/>.</summary>
    public static readonly Setting<string> ResourceControls = Add(new Setting<string>(
        "resource_controls", ResourceModes.Off, SettingForms.Word(ResourceModes.Off, ResourceModes.Auto, ResourceModes.SystemdRun, ResourceModes.NiceIoNice))
    {
        Expected = "\"off\", \"auto\", \"systemd-run\" or \"nice-ionice\"",
    });

    public static readonly Setting<int> Nice = Add(new Setting<int>("nice", 10, SettingForms.Number(-20, 19)) { Expected = "a whole number from -20 to 19" });

    public static readonly Setting<int> IoNice = Add(new Setting<int>("ionice", 7, SettingForms.Number(0, 8)) { Expected = "a whole number from 0 to 7, or 8 for an idle disk" });

    public static readonly Setting<int> CpuWeight = Add(new Setting<int>("cpu_weight", 50, SettingForms.Number(1, 10_000)) { Expected = "a whole number from 1 to 10000" });

    public static readonly Setting<int> IoWeight = Add(new Setting<int>("io_weight", 50, SettingForms.Number(1, 10_000)) { Expected = "a whole number from 1 to 10000" });

    /// <summary>The directory that contains the logs of all queues; <see langword="null"/> for beside each queue.</summary>
    public static readonly Setting<string?> LogDirectory = Add(new Setting<string?>("log_directory", null, LogPlace.Read) { Expected = "a directory, or \"none\" for beside the queue" });

    /// <summary>For how long the worker keeps the logs of tasks that ended.</summary>
    public static readonly Setting<TimeSpan?> LogKeepFor = Add(new Setting<TimeSpan?>("log_keep_for", null, SettingForms.OrNone(SettingForms.Age))
    {
        Expected = "a time with its unit, such as \"30d\", or \"none\"",
    });

    /// <summary>Of how many of the tasks that ended last the worker keeps the logs.</summary>
    public static readonly Setting<int?> LogKeepLast = Add(new Setting<int?>("log_keep_last", null, SettingForms.OrNone(SettingForms.Number(0, int.MaxValue)))
    {
        Expected = "a whole number of tasks, or \"none\"",
    });

    /// <summary><c>dq run</c> does not wait for commands that cannot end by themselves.</summary>
    public static readonly Setting<bool> AutoBackground = Add(new Setting<bool>("auto_background", true, SettingForms.Flag) { Expected = "true or false" });

    /// <summary>Command lines that cannot end by themselves, beside those that dq knows.</summary>
    public static readonly Setting<IReadOnlyList<Regex>> MonitorPatterns = Add(new Setting<IReadOnlyList<Regex>>(
        "monitor_patterns", [], SettingForms.Texts(SettingForms.Pattern))
    {
        Variable = null,
        Expected = "a list of regular expressions: monitor_patterns = [\"^npm run dev\"]",
        Combine = (first, second) => [.. first, .. second],
    });

    /// <summary>Commands that are added start a worker if none serves their group.</summary>
    public static readonly Setting<bool> StartWorker = Add(new Setting<bool>("start_worker", true, SettingForms.Flag)
    {
        Expected = "true or false",
        ProjectMay = isOn => !isOn,
    });

    /// <summary>How long a worker that has started by itself waits for something to do before it ends; 0 means for ever.</summary>
    public static readonly Setting<TimeSpan> WorkerIdleEnd = Add(new Setting<TimeSpan>("worker_idle_end", TimeSpan.FromMinutes(30), SettingForms.Duration)
    {
        Expected = "a time such as \"30m\", or \"0\" for never",
    });

    /// <summary>The memory that a worker may use for itself; 0 means no limit.</summary>
    public static readonly Setting<long> WorkerMemoryMax = Add(new Setting<long>("worker_memory_max", 1L << 30, SettingForms.Bytes(64L << 20))
    {
        Expected = "a size of at least 64M, such as \"1G\", or 0 for no limit",
    });

    /// <summary>The characters of tables and screens: those that the terminal has, or always one of the sets.</summary>
    public static readonly Setting<string> Glyphs = Add(new Setting<string>("glyphs", "auto", SettingForms.Word("auto", "ascii", "unicode"))
    {
        Expected = "\"auto\", \"ascii\" or \"unicode\"",
    });

    /// <summary>How long <c>dq top</c> shows a task after its end.</summary>
    public static readonly Setting<TimeSpan> TopFinished = Add(new Setting<TimeSpan>("top_finished", TimeSpan.FromHours(1), SettingForms.Duration)
    {
        Expected = "a duration, such as \"10m\"",
    });

    /// <summary>How long the output must be quiet where new output is watched.</summary>
    public static readonly Setting<TimeSpan> WatchSettle = Add(new Setting<TimeSpan>("watch_settle", TimeSpan.FromSeconds(0.5), SettingForms.Duration)
    {
        Expected = "a time: \"500ms\"",
    });

    /// <summary>How many notifications the watched output of a task raises; 0 means no limit.</summary>
    public static readonly Setting<int> WatchMaxWakes = Add(new Setting<int>("watch_max_wakes", 100, SettingForms.Number(0, int.MaxValue))
    {
        Expected = "a whole number of notifications, or 0 for no limit",
    });

    /// <summary>How many bytes of text they have; 0 means no limit.</summary>
    public static readonly Setting<int> WatchMaxBytes = Add(new Setting<int>("watch_max_bytes", 256 * 1024, SettingForms.Number(0, int.MaxValue))
    {
        Expected = "a whole number of bytes, or 0 for no limit",
    });

    /// <summary>In the order in which they are shown.</summary>
    public static IReadOnlyList<Setting> All => Added;

    private static Setting<T> Add<T>(Setting<T> setting)
    {
        Added.Add(setting);
        return setting;
    }
}
