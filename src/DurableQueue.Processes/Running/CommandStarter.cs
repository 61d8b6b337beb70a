using System.ComponentModel;
using System.Globalization;
using DurableQueue.Processes.Linux;

namespace DurableQueue.Processes.Running;

/// <summary>Starts supervisors with their commands.</summary>
internal sealed class CommandStarter(
    CommandFiles files, CommandOptions options, ExitWatch exits, IReadOnlyList<string> inherited, ResourceControls controls, TimeProvider time)
{
    private const string Shell = "/bin/sh";
    private const string Nowhere = "/dev/null";
    private const uint OwnerOnlyFile = 0x180;

    private static readonly string[] Scripts = [.. Enumerable.Range(0, 8).Select(i => SupervisorScript.Of((i & 4) != 0, (i & 2) != 0, (i & 1) != 0))];

    private readonly Lock gate = new();
    private Task<bool>? tellsSignals;
    private volatile bool isPrepared;

    private string SilentPipe => Path.Combine(files.LogDirectory, "silent");

    /// <param name="task">The attempt.</param>
    /// <param name="command">What to run.</param>
    /// <param name="header">Which run it is.</param>
    /// <param name="goesOnInLog">The log of the same attempt is kept, and written on.</param>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    public async ValueTask<RunningCommand> StartAsync(LeasedTask task, CommandTask command, RunHeader header, bool goesOnInLog)
    {
        var prefix = await controls.PrefixAsync(command).ConfigureAwait(false);
        IReadOnlyList<string> line = command.Arguments ?? [.. options.Shell, command.CommandLine!];
        string[] arguments =
        [
            Shell, "-c", ScriptFor(command), "durablequeue", files.Run(task.Id, task.Attempt), header.ToString(), SilentPipe,
            (command.MaxOutputBytes ?? 0).ToString(CultureInfo.InvariantCulture), .. prefix, .. line,
        ];
        var forSystemd = prefix.Count > 0 && command is not { CpuWeight: null, MemoryMaxBytes: null };
        using var environment = CommandEnvironment.Build(command, inherited, RunMarks.Of(header, files.QueuePath), task, forSystemd);
        var pid = Start(arguments, environment, command, FilesOf(task, command, goesOnInLog));
        return new RunningCommand(header, pid, exits.WatchAsync(pid), Adopted: false);
    }

    /// <summary>Makes the directory and what all commands share in it; done once, and again if somebody deleted it.</summary>
    public void Prepare()
    {
        if (isPrepared && Directory.Exists(files.LogDirectory))
        {
            return;
        }

        lock (gate)
        {
            CommandFiles.CreateDirectory(files.LogDirectory);
            if (!File.Exists(SilentPipe))
            {
                _ = Native.MakeFifo(SilentPipe, OwnerOnlyFile);
            }

            isPrepared = true;
        }
    }

    /// <summary>Whether the shell says that a signal ended a command, for its exit status alone does not tell. Asked once.</summary>
    public Task<bool> TellsSignalsAsync()
    {
        lock (gate)
        {
            return tellsSignals ??= TryToTellAsync();
        }
    }

    private async Task<bool> TryToTellAsync()
    {
        var said = Path.Combine(files.LogDirectory, $"trial.{Environment.ProcessId}.{Guid.NewGuid():N}");
        try
        {
            using var environment = new NativeStrings(inherited);
            var pid = Spawn.Start(
                [Shell, "-c", "(exec /bin/sh -c 'kill -9 $$'); :"],
                environment,
                null,
                [(0, Nowhere, Native.OpenReadOnly), (1, Nowhere, Native.OpenWriteOnly), (2, said, Native.OpenWriteOnly | Native.OpenCreate)]);
            await exits.WatchAsync(pid).ConfigureAwait(false);
            return new FileInfo(said).Length > 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
        finally
        {
            File.Delete(said);
        }
    }

    private static string ScriptFor(CommandTask command) =>
        Scripts[(command.NoInput ? 0 : 4) + (command.SeparateErrors ? 2 : 0) + (command.MaxOutputBytes is null ? 0 : 1)];

    private List<(int Descriptor, string Path, int Flags)> FilesOf(LeasedTask task, CommandTask command, bool goesOnInLog)
    {
        var output = Native.OpenWriteOnly | Native.OpenCreate | Native.OpenAppend | (goesOnInLog ? 0 : Native.OpenTruncate);
        var opened = new List<(int, string, int)>();
        if (command.NoInput)
        {
            opened.Add((0, Nowhere, Native.OpenReadOnly));
        }
        else
        {
            // Open for both first: it does not wait for another end, and then neither does the one for reading.
            var input = files.Input(task.Id, task.Attempt);
            if (Native.MakeFifo(input, OwnerOnlyFile) != 0)
            {
                File.Delete(input);
                _ = Native.MakeFifo(input, OwnerOnlyFile);
            }

            opened.Add((3, input, Native.OpenReadWrite));
            opened.Add((0, input, Native.OpenReadOnly));
        }

        opened.Add((1, files.Log(task.Id, task.Attempt), output));
        opened.Add((2, Nowhere, Native.OpenWriteOnly));
        if (command.SeparateErrors)
        {
            opened.Add((4, files.ErrorLog(task.Id, task.Attempt), output));
        }

        return opened;
    }

    private static int Start(
        IReadOnlyList<string> arguments, NativeStrings environment, CommandTask command, IReadOnlyList<(int Descriptor, string Path, int Flags)> opened)
    {
        try
        {
            return Spawn.Start(arguments, environment, command.WorkingDirectory, opened);
        }
        catch (Win32Exception e) when (command.WorkingDirectory is { } directory && !Directory.Exists(directory))
        {
            throw new Win32Exception(e.NativeErrorCode, $"there is no directory '{directory}'");
        }
        catch (Win32Exception e) when (e.NativeErrorCode == Native.ErrorTooBig)
        {
            throw new Win32Exception(e.NativeErrorCode, "the command and its environment are longer than the system takes");
        }
    }

    /// <summary>The header of a run that begins now.</summary>
    public async ValueTask<RunHeader> HeaderAsync(LeasedTask task, CommandTask command, string bootId) => new(
        task.Id,
        task.EnqueuedAt.ToUnixTimeMilliseconds(),
        task.Attempt,
        task.AttemptToken,
        time.GetUtcNow().ToUnixTimeMilliseconds(),
        (long)(command.KillGrace ?? options.DefaultKillGrace).TotalMilliseconds,
        await TellsSignalsAsync().ConfigureAwait(false),
        bootId);
}
