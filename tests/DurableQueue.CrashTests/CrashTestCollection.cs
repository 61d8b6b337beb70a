using Xunit;

namespace DurableQueue.CrashTests;

/// <summary>These tests start processes: they run one after the other.</summary>
[CollectionDefinition(nameof(CrashTestCollection), DisableParallelization = true)]
public sealed class CrashTestCollection;
