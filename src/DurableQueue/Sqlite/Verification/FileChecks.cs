namespace DurableQueue.Sqlite.Verification;

/// <summary>SQLite's own check of pages and indexes. Indexes can be made again; if more is damaged, nothing else can be relied on.</summary>
internal static class FileChecks
{
    public const string Integrity = "file.integrity";

    private const string SelectDamage =
        $"SELECT '{Integrity}', 'the file', integrity_check, 'ok' FROM pragma_integrity_check WHERE integrity_check <> 'ok'";

    public static readonly DriftCheck[] All = [new(SelectDamage, "REINDEX")];
}
