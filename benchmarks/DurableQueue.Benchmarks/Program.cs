using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using DurableQueue.Benchmarks;
using DurableQueue.Benchmarks.StatementCost;
using DurableQueue.Benchmarks.Throughput;

switch (args.FirstOrDefault())
{
    case "first":
        await FirstFigures.RunAsync(args[1..]);
        break;
    case "overhead":
        await Overhead.RunAsync(args[1..]);
        break;
    case "finished":
        await FinishedBacklog.RunAsync(args[1..]);
        break;
    case "reads":
        await Reads.RunAsync(args[1..]);
        break;
    case "postgres":
        await Postgres.RunAsync(args[1..]);
        break;
    case "commands":
        await Commands.RunAsync(args[1..]);
        break;
    case "statement-cost":
        await StatementCostRun.RunAsync(args[1..]);
        break;
    case "throughput":
        return await ThroughputRun.RunAsync(args[1..]);
    case ChildPrograms.Drain:
        await ChildPrograms.DrainAsync(args[1..]);
        break;
    case ChildPrograms.Handle:
        await ChildPrograms.HandleAsync(args[1..]);
        break;
    case ChildPrograms.Hold:
        await ChildPrograms.HoldAsync(args[1..]);
        break;
    default:
        // In this process: the project that BenchmarkDotNet would generate knows nothing of this repository's build settings.
        var config = DefaultConfig.Instance.AddJob(Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(3)
            .WithIterationCount(10));
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
        break;
}

return 0;
