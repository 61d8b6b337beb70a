return await DurableQueue.ModelTests.ModelCommand.RunAsync(args, Console.Out);
