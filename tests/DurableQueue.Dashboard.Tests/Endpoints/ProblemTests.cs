using DurableQueue.Dashboard.Endpoints;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Endpoints;

public sealed class ProblemTests
{
    [Fact]
    public void Storage_ThatFails_IsASentenceWithoutPaths()
    {
        foreach (var error in Enum.GetValues<QueueStorageError>())
        {
            var problem = Problems.Of(new QueueStorageException(error, "/srv/secret/queue.db failed"));

            Assert.Equal(503, problem?.Status);
            Assert.DoesNotContain("secret", problem!.Detail, StringComparison.Ordinal);
            Assert.EndsWith(".", problem.Detail, StringComparison.Ordinal);
        }

        Assert.Contains("newer version", Problems.Of(new QueueStorageException(QueueStorageError.NewerSchema, ""))!.Detail, StringComparison.Ordinal);
        Assert.Contains("locked", Problems.Of(new QueueStorageException(QueueStorageError.Busy, ""))!.Detail, StringComparison.Ordinal);
        Assert.Contains("full", Problems.Of(new QueueStorageException(QueueStorageError.Full, ""))!.Detail, StringComparison.Ordinal);
        Assert.Contains("moved or deleted", Problems.Of(new QueueStorageException(QueueStorageError.Lost, ""))!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Defect_IsNobodysMistake() => Assert.Null(Problems.Of(new InvalidOperationException("secret")));
}
