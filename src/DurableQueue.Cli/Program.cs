using DurableQueue.Cli.CommandLine;

return await DqProgram.RunAsync(args);
