using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Output;

StandardStreams.OpenMissing();
return await DqProgram.RunAsync(args);
