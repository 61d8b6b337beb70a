using DurableQueue;
using DurableQueue.ProcessHost;

var arguments = Arguments.Parse(args);
if (arguments is null)
{
    await Console.Error.WriteLineAsync("usage: work|produce|load|steps|hold|wait|watch|idle|call|host|block|commands|try|lock|fuzz|close db=PATH [key=value …]");
    return 2;
}

try
{
    if (arguments.Command == "host")
    {
        using var starter = new ParentProcess();
        await HostedWorker.RunAsync(arguments, starter);
        Output.Line("bye");
        return 0;
    }

    if (arguments.Command == "block")
    {
        using var starter = new ParentProcess();
        await SmallPool.WorkAsync(arguments, starter);
        Output.Line("bye");
        return 0;
    }

    if (arguments.Command == "commands")
    {
        using var starter = new ParentProcess();
        await CommandWorker.RunAsync(arguments);
        Output.Line("bye");
        return 0;
    }

    if (arguments.Command == "lock")
    {
        using var starter = new ParentProcess();
        await FileLock.RunAsync(arguments, starter);
        return 0;
    }

    if (arguments.Command == "fuzz")
    {
        return await Fuzz.RunAsync(arguments) ? 0 : 4;
    }

    if (arguments.Command == "close")
    {
        Closing.Run(arguments);
        return 0;
    }

    if (arguments.Command == "try")
    {
        await Trial.RunAsync(arguments);
        return 0;
    }

    await using var queue = await SqliteTaskQueue.OpenAsync(
        arguments["db"],
        new SqliteQueueOptions
        {
            BackgroundSweeps = arguments.Text("sweeps", "yes") == "yes",
            SyncCheckouts = arguments.Text("sync-checkouts", "yes") == "yes",
            AdoptExisting = arguments.Text("adopt", "no") == "yes",
            TimeProvider = arguments.Number("later", 0) is > 0 and var seconds ? new LaterClock(TimeSpan.FromSeconds(seconds)) : TimeProvider.System,
        });
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
        case "load":
            await Load.RunAsync(queue, arguments, parent);
            break;
        case "steps":
            await Steps.RunAsync(queue, arguments);
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
        case "call":
            SmallPool.Call(queue, arguments);
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
