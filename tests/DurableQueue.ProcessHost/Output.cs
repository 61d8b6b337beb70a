using System.Text;

namespace DurableQueue.ProcessHost;

/// <summary>Lines to the parent process.</summary>
internal static class Output
{
    private static readonly Lock Gate = new();
    private static readonly Stream Stream = Console.OpenStandardOutput();

    /// <summary>Writes one line in one system call: this process may be killed at any moment, and half a line would be misread.</summary>
    public static void Line(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        lock (Gate)
        {
            Stream.Write(bytes);
        }
    }

    public static void Error(Exception error) =>
        Line($"error {error.ToString().ReplaceLineEndings(" | ")}");
}
