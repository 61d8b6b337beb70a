using System.Diagnostics;
using DurableQueue;

namespace QuickStart;

/// <summary>Prints what happens, and when.</summary>
internal static class Output
{
    private static readonly long Start = Stopwatch.GetTimestamp();

    public static void Line(string text) => Console.WriteLine($"{Stopwatch.GetElapsedTime(Start).TotalSeconds,6:F2} s  {text}");

    public static void Table(IEnumerable<TaskInfo> tasks)
    {
        Console.WriteLine();
        Console.WriteLine($"{"id",3}  {"task",-10}  {"group",-8}  {"state",-10}  {"outcome",-10}  {"attempts",8}  {"worker",-7}  {"waited",7}  {"last run",8}");
        foreach (var task in tasks)
        {
            Console.WriteLine(
                $"{task.Id,3}  {task.Label,-10}  {task.Group,-8}  {task.State,-10}  {task.Outcome,-10}  {task.Attempt,8}  {task.Worker,-7}  "
                + $"{Seconds(task.StartedAt - task.EnqueuedAt),7}  {Seconds(task.FinishedAt - task.StartedAt),8}");
        }

        Console.WriteLine();
    }

    private static string Seconds(TimeSpan? span) => span is { } value ? $"{value.TotalSeconds:F2} s" : "-";
}
