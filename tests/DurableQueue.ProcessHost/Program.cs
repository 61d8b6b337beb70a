using DurableQueue;
using DurableQueue.ProcessHost;

var arguments = Arguments.Parse(args);
if (arguments is null)
{
    await Console.Error.WriteLineAsync("usage: work|produce|hold|wait|watch|idle|host db=PATH [key=value …]");
    return 2;
}

try
{
    if (arguments.Command == "host")
    {
        using var starter = new ParentProcess();
        await HostedWorker.RunAsync(arguments);
        Output.Line("bye");
        return 0;
    }

    await using var queue = await SqliteTaskQueue.OpenAsync(arguments["db"]);
    using var parent = new ParentProcess();
    Output.Line("ready");
    await parent.Go;
    switch (arguments.Command)
    {
        case "work":
            Worker.Run(queue, arguments, parent);
            break;
        case "produce":
            await Producer.RunAsync(queue, arguments, parent);
            break;
        case "hold":
            await Observer.HoldAsync(queue, arguments, parent);
            break;
        case "wait":
            await Observer.WaitAsync(queue, arguments, parent);
            break;
        case "watch":
            await Observer.WatchAsync(queue, arguments, parent);
            break;
        case "idle":
            await parent.StopRequested;
            break;
        default:
            Output.Line($"error unknown command {arguments.Command}");
            return 2;
    }

    Output.Line("bye");
    return 0;
}
#pragma warning disable CA1031 // The parent process is told of everything that went wrong here.
catch (Exception error)
#pragma warning restore CA1031
{
    Output.Error(error);
    return 1;
}
