namespace DurableQueue.CrashTests;

/// <summary>What a run found. All three counts of a good one are 0.</summary>
internal sealed class Verdict
{
    private const int MostKept = 30;

    private readonly List<string> findings = [];

    /// <summary>Acknowledged calls of which the file knows nothing.</summary>
    public int LostCount { get; private set; }

    /// <summary>Tasks stored twice, claimed twice with one token, completed twice, or offered again after their complete.</summary>
    public int DuplicatedCount { get; private set; }

    /// <summary>Broken invariants, damaged files, calls that failed.</summary>
    public int ViolatedCount { get; private set; }

    public bool IsGood => LostCount + DuplicatedCount + ViolatedCount == 0;

    /// <summary>The first findings.</summary>
    public IReadOnlyList<string> Findings => findings;

    public void Lost(string what)
    {
        LostCount++;
        Keep($"lost: {what}");
    }

    public void Duplicated(string what)
    {
        DuplicatedCount++;
        Keep($"duplicated: {what}");
    }

    public void Violated(string what)
    {
        ViolatedCount++;
        Keep($"violated: {what}");
    }

    public override string ToString() => $"lost {LostCount}, duplicated {DuplicatedCount}, violated {ViolatedCount}";

    private void Keep(string finding)
    {
        if (findings.Count < MostKept)
        {
            findings.Add(finding);
        }
    }
}
