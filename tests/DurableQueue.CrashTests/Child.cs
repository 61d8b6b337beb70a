using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DurableQueue.CrashTests;

/// <summary>A process of <c>DurableQueue.ProcessHost</c>, with the build of the library that has fault points.</summary>
internal sealed class Child : IAsyncDisposable
{
    /// <summary>Long enough for a busy machine; whatever takes longer hangs.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private const int SigKill = 9;
    private const int SigContinue = 18;
    private const int SigStop = 19;

    private readonly Process process;
    private readonly Task reading;
    private string errors = "";

    private Child(Process process, Action<string> read)
    {
        this.process = process;
        reading = ReadAsync(read);
    }

    /// <summary>The program that the children run.</summary>
    public static string HostAssembly { get; } = RepositoryRoot.BuiltAssembly("tests", "DurableQueue.ProcessHost", "FaultPoints");

    public int Id => process.Id;

    /// <summary>It has ended and all it said was read.</summary>
    public bool IsOver => reading.IsCompleted && process.HasExited;

    /// <summary>Ended by SIGKILL, from outside or at a fault point.</summary>
    public bool WasKilled => ExitCode == 128 + SigKill;

    /// <summary>Of a process that is over.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>What went to standard error, once it is over.</summary>
    public string Errors => errors;

    /// <param name="arguments">The command and its settings.</param>
    /// <param name="read">Called for each line it says, in order.</param>
    /// <param name="environment">Arms fault points and the shim of the disk.</param>
    public static Child Start(IReadOnlyList<string> arguments, Action<string> read, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [HostAssembly, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("The process did not start.");
        process.StandardInput.AutoFlush = true;
        return new Child(process, read);
    }

    /// <summary>Lets it begin once it has opened the file.</summary>
    public void Go() => Say("go");

    /// <summary>Lets it make no more calls until <see cref="Wake"/>; it says <c>resting</c> once none is under way.</summary>
    public void Rest() => Say("rest");

    public void Wake() => Say("wake");

    /// <summary>Asks it to end.</summary>
    public void Stop() => Say("stop");

    public void Kill() => process.Kill();

    /// <summary>Stops it where it is, and waits until it stands still.</summary>
    public void Pause()
    {
        Signal(SigStop);

        // The third field, behind the name in parentheses, is the state; nobody tells its change.
        while (!process.HasExited && File.ReadAllText($"/proc/{Id}/stat").Split(')')[^1].TrimStart()[0] is not ('T' or 'Z'))
        {
            Thread.Yield();
        }
    }

    public void Continue() => Signal(SigContinue);

    /// <summary>Its memory and its open handles, as the kernel counts them.</summary>
    public (long Bytes, int Handles) Use()
    {
        process.Refresh();
        return (process.WorkingSet64, Directory.GetFileSystemEntries($"/proc/{Id}/fd").Length);
    }

    /// <summary>Waits until it is gone and all it said was read.</summary>
    public async Task<int> ExitAsync(TimeSpan? within = null)
    {
        await Task.WhenAll(process.WaitForExitAsync(), reading).WaitAsync(within ?? Limit);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            Kill();
        }

        await ExitAsync();
        process.Dispose();
    }

    private void Say(string word)
    {
        try
        {
            process.StandardInput.WriteLine(word);
        }
        catch (IOException)
        {
            // It died meanwhile; its exit is what tests look at.
        }
    }

    private async Task ReadAsync(Action<string> read)
    {
        var readingErrors = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            read(line);
        }

        errors = await readingErrors.ConfigureAwait(false);
    }

    private void Signal(int number)
    {
        if (!process.HasExited && SendSignal(process.Id, number) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
