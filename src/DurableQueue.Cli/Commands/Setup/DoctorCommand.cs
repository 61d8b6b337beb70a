using System.CommandLine;
using System.Text.Json;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;
using DurableQueue.Processes;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.Commands.Setup;

internal static class DoctorCommand
{
    private const int PageSize = 10_000;

    private static readonly TimeSpan DeadShownFor = TimeSpan.FromHours(1);

    public static Command Create()
    {
        var start = Values.Flag("--start", "Start a detached worker if none is running.");
        return new Command("doctor", "Check the queue and report in JSON. Exit codes: 0 healthy, 3 no worker, 4 unusable or versions differ.")
            .With(start)
            .WithAction(async invocation =>
            {
                // Asked first, because opening the queue creates a missing file.
                var hasLockFile = File.Exists(invocation.QueuePath + "-gate") || !File.Exists(invocation.QueuePath);
                ITaskQueue queue;
                try
                {
                    queue = await invocation.OpenAsync();
                }
                catch (QueueStorageException e)
                {
                    WriteUnusable(invocation, e);
                    return ExitCode.QueueUnusable;
                }

                if (invocation.Get(start) && !await WorkerPresence.IsThereAsync(queue, invocation.Token))
                {
                    SafeQueues.RequireForWorker(invocation.QueuePath);
                    var (pid, started) = await new DaemonStart(invocation, [], CommandEnvironment.All()).StartAsync();
                    invocation.Output.Say(started ? $"A worker was started (pid {pid})." : $"A worker is already running (pid {pid}).");
                }

                return await ReportAsync(invocation, queue, hasLockFile);
            });
    }

    private static async Task<int> ReportAsync(DqInvocation invocation, ITaskQueue queue, bool hasLockFile)
    {
        var workers = await queue.Inspector.GetWorkersAsync(invocation.Token);
        var groups = await queue.Inspector.CountAsync(invocation.Token);
        var counts = groups.Total;
        var shown = await SelectShownAsync(invocation, queue, workers);
        var daemon = new DaemonFiles(invocation.QueuePath).FindLiving(workers);
        var problems = new List<string>();
        var code = ExitCode.Done;
        if (await ServiceGaps.FindAsync(invocation, workers, groups) is { Count: > 0 } gaps)
        {
            code = ExitCode.NoWorker;
            problems.AddRange(gaps);
        }

        if (daemon is { } other && other.Version != DqVersion.Current)
        {
            code = ExitCode.QueueUnusable;
            problems.Add($"The detached worker (pid {other.Pid}) has version {other.Version}, but this program has version {DqVersion.Current}. Restart the worker.");
        }

        var status = code switch { ExitCode.Done => "healthy", ExitCode.NoWorker => "no_worker", _ => "version_mismatch" };
        if (!hasLockFile && workers.Any(worker => worker.IsLive))
        {
            (code, status) = (ExitCode.QueueUnusable, "unusable");
            problems.Add("The lock file of the queue was removed while a worker was running. Workers and programs that had it open end with exit code 4; restart them.");
        }

        if (daemon is { } detached && !workers.Any(worker => worker.IsLive && worker.ProcessId == detached.Pid))
        {
            (code, status) = (ExitCode.QueueUnusable, "unusable");
            problems.Add(
                $"The detached worker (pid {detached.Pid}) does not serve this file. Either it is starting, or the file was replaced; then it ends by itself, and you can start a new one.");
        }

        if (FindFaultOfLogs(invocation.Files) is { } fault)
        {
            (code, status) = (ExitCode.QueueUnusable, "unusable");
            problems.Add($"Commands cannot start: {fault}");
        }

        List<string> notes =
        [
            .. invocation.Settings.Mistakes, .. invocation.Settings.Ignored, .. await NewGroups.FindOtherLimitsAsync(invocation),
            .. new MissingControls(invocation.Files).List().Select(CommandDefaults.Describe),
        ];
        invocation.Output.WriteJson(json =>
        {
            json.WriteString("status", status);
            json.WriteString("queue", invocation.QueuePath);
            json.WriteString("log_directory", invocation.Files.LogDirectory);
            json.WriteString("dq_version", DqVersion.Current);
            WriteWorkers(json, shown);
            WriteDaemon(json, invocation.QueuePath, daemon);
            json.WriteStartObject("tasks");
            json.WriteNumber("queued", counts.Queued);
            json.WriteNumber("running", counts.CheckedOut);
            json.WriteNumber("done", counts.Done);
            json.WriteNumber("failed", counts.Failed);
            json.WriteNumber("cancelled", counts.Cancelled);
            json.WriteEndObject();
            WriteTexts(json, "problems", problems);
            WriteTexts(json, "notes", notes);
            WriteSettings(json, invocation.Settings);
        });
        notes.ForEach(note => invocation.Output.Say($"dq: {note}"));
        return code;
    }

    /// <summary>Workers that died are shown for an hour, and for as long as one of their tasks is checked out.</summary>
    private static async Task<IReadOnlyList<WorkerInfo>> SelectShownAsync(DqInvocation invocation, ITaskQueue queue, IReadOnlyList<WorkerInfo> workers)
    {
        var since = invocation.Time.GetUtcNow() - DeadShownFor;
        if (workers.All(IsRecent))
        {
            return workers;
        }

        var busy = new HashSet<string?>();
        await foreach (var task in TaskViews.ReadInfosAsync(queue, new TaskQuery { States = [TaskState.CheckedOut] }, PageSize, invocation.Token))
        {
            busy.Add(task.Worker);
        }

        return [.. workers.Where(worker => IsRecent(worker) || busy.Contains(worker.Name))];

        bool IsRecent(WorkerInfo worker) => worker.IsLive || worker.LastSeenAt > since;
    }

    /// <returns><see langword="null"/> if commands can write their logs, or the directory does not exist yet.</returns>
    private static string? FindFaultOfLogs(CommandFiles files)
    {
        try
        {
            if (OperatingSystem.IsLinux() && Path.Exists(files.LogDirectory))
            {
                RunPlace.RequireUsable(files);
            }

            return null;
        }
        catch (PlaceException e)
        {
            return e.Message;
        }
    }

    private static void WriteUnusable(DqInvocation invocation, QueueStorageException error)
    {
        invocation.Output.Say($"dq: {error.Message}");
        invocation.Output.WriteJson(json =>
        {
            json.WriteString("status", error.Error == QueueStorageError.NewerSchema ? "version_mismatch" : "unusable");
            json.WriteString("queue", invocation.QueuePath);
            json.WriteString("dq_version", DqVersion.Current);
            WriteTexts(json, "problems", [error.Message]);
        });
    }

    private static void WriteWorkers(Utf8JsonWriter json, IReadOnlyList<WorkerInfo> workers)
    {
        json.WriteStartArray("workers");
        foreach (var worker in workers)
        {
            json.WriteStartObject();
            json.WriteString("name", worker.Name);
            json.WriteString("host", worker.Host);
            json.WriteNumber("pid", worker.ProcessId);
            json.WriteBoolean("live", worker.IsLive);
            WriteNames(json, "groups", worker.Groups);
            WriteNames(json, "types", worker.Types);
            TaskJson.WriteNumber(json, "capacity", worker.Capacity);
            TaskJson.WriteTime(json, "started_at", worker.StartedAt);
            TaskJson.WriteTime(json, "last_seen_at", worker.LastSeenAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Null means all groups.</summary>
    private static void WriteNames(Utf8JsonWriter json, string property, IReadOnlyList<string>? names)
    {
        if (names is null)
        {
            json.WriteNull(property);
            return;
        }

        json.WriteStartArray(property);
        foreach (var name in names)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }

    private static void WriteDaemon(Utf8JsonWriter json, string queuePath, (int Pid, string Version)? daemon)
    {
        if (daemon is not { } living)
        {
            json.WriteNull("daemon");
            return;
        }

        json.WriteStartObject("daemon");
        json.WriteNumber("pid", living.Pid);
        json.WriteString("dq_version", living.Version);
        json.WriteString("log", new DaemonFiles(queuePath).LogPath);
        json.WriteEndObject();
    }

    private static void WriteSettings(Utf8JsonWriter json, Settings settings)
    {
        json.WriteStartObject("settings");
        foreach (var setting in SettingKeys.All)
        {
            json.WritePropertyName(setting.Key);
            SettingText.Write(json, settings.IsValid(setting) ? setting.ValueIn(settings) : null);
        }

        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string property, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(property);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
