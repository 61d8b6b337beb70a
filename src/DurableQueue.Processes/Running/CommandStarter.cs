using System.Collections.Concurrent;
using System.ComponentModel;
using System.Globalization;
using DurableQueue.Processes.Linux;
using DurableQueue.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes.Running;

/// <summary>Starts supervisors with their commands, and the readers of their output.</summary>
internal sealed class CommandStarter(
    CommandFiles files, CommandOptions options, ExitWatch exits, IReadOnlyList<byte[]> inherited, ResourceControls controls, TimeProvider time) : IDisposable
{
    private const string Shell = "/bin/sh";

    /// <summary>The environment of output readers. It does not contain the marks of the run, so that they do not count as its processes.</summary>
    private const string ReaderPath = "PATH=/usr/local/bin:/usr/bin:/bin";

    private readonly RunPlace place = new(files);
    private readonly ConcurrentDictionary<(bool HoldsInput, bool SeparateErrors, bool KeepsLog, bool GivesAway, int Smuggled), string> scripts = new();
    private readonly Lock sync = new();
    private readonly SafeFileHandle nowhere = Descriptors.Open("/dev/null", Native.OpenReadWrite);
    private readonly SafeFileHandle silence = OpenSilence();
    private readonly string umask = ReadUmask();
    private Task<bool>? reportsSignals;

    public void Dispose()
    {
        nowhere.Dispose();
        silence.Dispose();
    }

    /// <summary>Creates what all commands share.</summary>
    /// <exception cref="PlaceException">The log directory cannot be used.</exception>
    public void Prepare() => place.Prepare();

    /// <param name="task">The attempt.</param>
    /// <param name="command">What to run.</param>
    /// <param name="header">Which run it is.</param>
    /// <param name="appendToLog">Keeps what is in the log of the attempt and writes after it.</param>
    /// <exception cref="Win32Exception">The command could not be started.</exception>
    /// <exception cref="PlaceException">The log directory cannot be used.</exception>
    public async ValueTask<RunningCommand> StartAsync(LeasedTask task, CommandTask command, RunHeader header, bool appendToLog)
    {
        var prefix = await controls.PrefixAsync(command).ConfigureAwait(false);
        var forSystemd = prefix.Count > 0 && ResourceControls.NeedsSystemd(command);
        using var environment = CommandEnvironment.Build(command, inherited, files.QueuePath, RunMarks.Of(header, files.QueuePath), task, forSystemd, out var smuggled);
        using var given = new GivenDescriptors();
        given.Add(2, nowhere, isShared: true);
        AddInput(given, task, command);
        var readers = new List<OutputReader> { AddOutput(given, SupervisorScript.Output, SupervisorScript.Log, files.Log(task.Id, task.Attempt), command.MaxOutputBytes, appendToLog) };
        if (command.SeparateErrors)
        {
            readers.Add(AddOutput(given, SupervisorScript.Errors, SupervisorScript.ErrorLog, files.ErrorLog(task.Id, task.Attempt), null, appendToLog));
        }

        var owner = GuardedFile.OwnerToGiveTo(files.QueuePath);
        string[] arguments =
        [
            Shell, "-c", scripts.GetOrAdd(
                (!command.NoInput, command.SeparateErrors, appendToLog, owner is not null, smuggled),
                s => SupervisorScript.Of(s.HoldsInput, s.SeparateErrors, s.KeepsLog, s.GivesAway, s.Smuggled)),
            RunHeader.SupervisorName, files.Run(task.Id, task.Attempt), header.ToString(), OutputReader.Line(readers), umask, owner ?? "",
            .. prefix, .. command.Arguments ?? [.. options.Shell, command.CommandLine!],
        ];
        var pid = Start(arguments, environment, command, given.List);

        // Read before it is watched: a watched process is collected, and its number may be used again.
        var startedAt = ProcessStat.Read(pid)?.StartedAt ?? 0;
        return new RunningCommand(header, pid, startedAt, exits.WatchAsync(pid), readers, Adopted: false);
    }

    /// <summary>Whether the shell prints a message when a signal ends a command, which its exit status alone does not show. Probed once.</summary>
    public Task<bool> ReportsSignalsAsync()
    {
        lock (sync)
        {
            return reportsSignals ??= ProbeShellAsync();
        }
    }

    /// <summary>Creates the header of a run that starts now.</summary>
    public async ValueTask<RunHeader> CreateHeaderAsync(LeasedTask task, CommandTask command, string bootId) => new()
    {
        TaskId = task.Id,
        EnqueuedAtMs = task.EnqueuedAt.ToUnixTimeMilliseconds(),
        Attempt = task.Attempt,
        AttemptToken = task.AttemptToken,
        StartedAtMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
        KillGraceMs = (long)(command.KillGrace ?? options.DefaultKillGrace).TotalMilliseconds,
        ReportsSignals = await ReportsSignalsAsync().ConfigureAwait(false),
        BootId = bootId,
    };

    private async Task<bool> ProbeShellAsync()
    {
        try
        {
            using var environment = new NativeStrings(inherited);
            var (reading, writing) = Descriptors.Pipe();
            using (reading)
            {
                Task<int?> ended;
                using (writing)
                {
                    ended = exits.WatchAsync(
                        Spawn.Start([Shell, "-c", "(exec /bin/sh -c 'kill -9 $$'); :"], environment, null, [(0, nowhere), (1, nowhere), (2, writing)]));
                }

                await ended.ConfigureAwait(false);
                return OutputReader.UnreadBytes(reading) > 0;
            }
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private void AddInput(GivenDescriptors given, LeasedTask task, CommandTask command)
    {
        if (command.NoInput)
        {
            given.Add(SupervisorScript.Input, nowhere, isShared: true);
            return;
        }

        var (reading, holding) = place.CreateInput(files.Input(task.Id, task.Attempt));
        given.Add(SupervisorScript.Input, reading);
        given.Add(SupervisorScript.InputHold, holding);
        given.Add(SupervisorScript.Silence, silence, isShared: true);
    }

    private OutputReader AddOutput(GivenDescriptors given, int number, int logNumber, string path, long? most, bool appendToLog)
    {
        var log = place.OpenLog(path);
        given.Add(logNumber, log);
        var (reading, writing) = Descriptors.Pipe();
        given.Add(number, writing);
        using (reading)
        {
            string[] arguments = [Shell, "-c", ReaderScript.Whole];
            if (most is { } limit)
            {
                var kept = appendToLog ? (long)(FileStatus.Of(log)?.Length ?? 0) : 0;
                arguments = [Shell, "-c", ReaderScript.Cut, RunHeader.SupervisorName, Text(Math.Max(0, limit - kept)), Text(limit)];
            }

            using var environment = new NativeStrings([ReaderPath]);
            var pid = Spawn.Start(arguments, environment, "/", [(0, reading), (1, log), (2, nowhere)]);
            var startedAt = ProcessStat.Read(pid)?.StartedAt ?? 0;
            return new OutputReader(pid, startedAt, exits.WatchAsync(pid));
        }
    }

    private static int Start(
        IReadOnlyList<string> arguments, NativeStrings environment, CommandTask command, IReadOnlyList<(int Number, SafeFileHandle Handle)> given)
    {
        try
        {
            return Spawn.Start(arguments, environment, command.WorkingDirectory, given);
        }
        catch (Win32Exception e) when (command.WorkingDirectory is { } directory && !Directory.Exists(directory))
        {
            throw new Win32Exception(e.NativeErrorCode, $"the directory '{directory}' does not exist");
        }
        catch (Win32Exception e) when (e.NativeErrorCode == Native.ErrorTooBig)
        {
            throw new Win32Exception(e.NativeErrorCode, "the command and its environment are too long for the system");
        }
    }

    /// <summary>A pipe that is never written to, so that reading from it waits forever. It has no name and cannot be replaced.</summary>
    private static SafeFileHandle OpenSilence()
    {
        var (reading, writing) = Descriptors.Pipe();
        using (reading)
        using (writing)
        {
            return Descriptors.OpenAgain(reading, Native.OpenReadWrite);
        }
    }

    private static string ReadUmask()
    {
        const string mark = "Umask:";
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(mark, StringComparison.Ordinal));
        return line?[mark.Length..].Trim() ?? "022";
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The descriptors of one program; closed here once it has been started.</summary>
    private sealed class GivenDescriptors : IDisposable
    {
        private readonly List<SafeFileHandle> owned = [];

        public List<(int Number, SafeFileHandle Handle)> List { get; } = [];

        public void Add(int number, SafeFileHandle handle, bool isShared = false)
        {
            List.Add((number, handle));
            if (!isShared)
            {
                owned.Add(handle);
            }
        }

        public void Dispose() => owned.ForEach(handle => handle.Dispose());
    }
}
