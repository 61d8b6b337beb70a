using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Xunit;

namespace DurableQueue.CrashTests;

public sealed class ShippedAssemblyTests
{
    private static readonly string[] Points = ["commit.before", "checkpoint.after", "prune.deleted", "migration.before", "handler.ended"];

    [Fact]
    public void ShippedAssembly_HasNoFaultPoints()
    {
        var strings = ReadStrings(typeof(ITaskQueue).Assembly.Location);

        Assert.Contains("COMMIT", strings);
        Assert.DoesNotContain(strings, text => text.StartsWith("DURABLEQUEUE_FAULT", StringComparison.Ordinal) || Points.Contains(text));
    }

    [Fact]
    public void AssemblyOfTheChildren_HasThem()
    {
        var strings = ReadStrings(Path.Combine(Path.GetDirectoryName(Child.HostAssembly)!, "DurableQueue.dll"));

        Assert.Contains("DURABLEQUEUE_FAULT_POINT", strings);
        Assert.Superset(Points.ToHashSet(), strings.ToHashSet());
    }

    /// <summary>The constants that its code uses. A call of a fault point has its name as one.</summary>
    private static List<string> ReadStrings(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        var strings = new List<string>();
        for (var handle = MetadataTokens.UserStringHandle(1); !handle.IsNil; handle = metadata.GetNextHandle(handle))
        {
            strings.Add(metadata.GetUserString(handle));
        }

        return strings;
    }
}
