namespace DurableQueue.Cli.CommandLine;

/// <summary>Ends the program with a message and an exit code.</summary>
/// <param name="exitCode">One of <see cref="CommandLine.ExitCode"/>.</param>
/// <param name="message">One or more full sentences.</param>
internal sealed class CliException(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;

    public static CliException BadInput(string message) => new(CommandLine.ExitCode.BadInput, message);

    public static CliException WrongState(string message) => new(CommandLine.ExitCode.NotFoundOrWrongState, message);

    public static CliException NoWorker(string message) =>
        new(CommandLine.ExitCode.NoWorker, $"{message} Start one with 'dq worker --daemon', or 'dq worker' in another terminal.");
}
