using DurableQueue.Cli;
using DurableQueue.Cli.Output;

StandardStreams.OpenMissing();
return await DqProgram.RunAsync(args);
