// Run it with: dotnet run --project samples/QuickStart
// It makes a queue file, lets a worker process die in the middle of a task, and shows that nothing is lost.
using QuickStart;

return args is ["worker", var queuePath]
    ? await DoomedWorker.RunAsync(queuePath)
    : await Demo.RunAsync();
