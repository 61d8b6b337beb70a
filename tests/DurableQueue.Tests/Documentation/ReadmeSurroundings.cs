namespace DurableQueue.Tests.Documentation;

/// <summary>
/// What a block of a page may use without declaring it: the implicit usings of a worker project, and a few names for what an earlier block has made.
/// A block's own declaration of the same name comes first.
/// </summary>
internal static class ReadmeSurroundings
{
    public const string Code = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using DurableQueue;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        global using ReadmeSurroundings;
        global using static ReadmeSurroundings.Names;

        namespace ReadmeSurroundings
        {
            public sealed record SendMail(string To);

            public sealed class SendMailHandler : ITaskHandler<SendMail>
            {
                public Task HandleAsync(SendMail payload, TaskContext context, CancellationToken cancellationToken) => Task.CompletedTask;
            }

            internal static class Names
            {
                public static ITaskQueue queue => throw new NotSupportedException();
                public static IServiceCollection services => throw new NotSupportedException();
                public static WebApplication app => throw new NotSupportedException();
                public static CancellationToken cancellationToken => default;
                public static TaskId id => default;
                public static TaskId parent => default;
                public static Lease lease => default;
                public static LeasedTask task => throw new NotSupportedException();
            }

            // As much of the OpenTelemetry packages as the examples call.
            public sealed class OpenTelemetryBuilder
            {
                public OpenTelemetryBuilder WithTracing(Action<TracerProviderBuilder> configure) => this;
                public OpenTelemetryBuilder WithMetrics(Action<MeterProviderBuilder> configure) => this;
            }

            public sealed class TracerProviderBuilder
            {
                public TracerProviderBuilder AddSource(params string[] names) => this;
            }

            public sealed class MeterProviderBuilder
            {
                public MeterProviderBuilder AddMeter(params string[] names) => this;
            }

            public static class OpenTelemetryServicesExtensions
            {
                public static OpenTelemetryBuilder AddOpenTelemetry(this IServiceCollection services) => new();
            }
        }
        """;
}
