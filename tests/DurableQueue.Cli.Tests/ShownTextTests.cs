using DurableQueue.Cli.Output;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>Names, labels, topics and errors come from a file that anybody may have written: what a person sees of them moves no cursor and turns no line.</summary>
public sealed class ShownTextTests : DqTest
{
    /// <summary>Clears the screen, in both sets of controls; turns the direction; breaks the line, in every way there is.</summary>
    private const string Poison = "\u001b[2J\u009b2J\u202e\u2066\u2028\u0085\r\n\t\u0007";

    private readonly Terminal terminal;

    public ShownTextTests() => terminal = new Terminal(Box);

    public override async Task DisposeAsync()
    {
        await terminal.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Commands_FileFullOfEscapes_ShowThemAsText()
    {
        var (failed, waiting) = await PoisonAsync();
        string[][] commands =
        [
            ["status"], ["status", "id>0"], ["group"], ["notify", "list"], ["schedule"], ["approvals", "--all"], ["gate"], ["budget"], ["budget", "status"],
            ["wait", failed], ["log", failed, waiting], ["follow", failed], ["env", "list", waiting], ["kill", failed], ["approve", waiting], ["pause", "-a"], ["edit", waiting, "-p", "3"],
            ["group", "remove", Poison], ["status", "-g", Poison], ["status", $"group={Poison}"], ["schedule", "show", Poison], ["add", "-g", Poison, "true"],
            ["add", "--dry-run", $"echo {Poison}"], ["--queue", $"/nowhere/{Poison[..8]}", "status"], [Poison], ["import", Poison], ["completions", Poison],
        ];
        foreach (var command in commands)
        {
            var result = await Box.RunAsync(["--color", "never", .. command]);

            foreach (var letter in result.Out + result.Err)
            {
                Assert.False(
                    letter is not ('\n' or '\t') && (char.IsControl(letter) || letter is (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069')),
                    $"dq {SafeText.OneLine(string.Join(' ', command))} shows \\u{(int)letter:x4}\n{result}");
            }
        }

        Assert.Contains(@"\x1b[2J\x9b2J\u202e\u2066\u2028\x85\r\n\t\x07", (await Box.DoAsync("status")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_FileFullOfEscapes_IsExact()
    {
        var (failed, _) = await PoisonAsync();

        var task = await Box.TaskAsync(long.Parse(failed, System.Globalization.CultureInfo.InvariantCulture));

        Assert.Equal($"{Poison}-label", task.GetProperty("label").GetString());
        Assert.Equal($"{Poison}-error", task.GetProperty("error").GetString());
    }

    [Fact]
    public async Task Top_FileFullOfEscapes_ShowsThemAsText()
    {
        await PoisonAsync();

        await terminal.StartAsync(160, 40, "dq top");

        // The last line of the screen: what is above it is there then.
        var screen = await terminal.UntilShownAsync("q quit");
        Assert.Contains("COMMAND", screen, StringComparison.Ordinal);
        Assert.Contains(@"\x1b[2J\x9b2J", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void OneLine_EveryCharacter_IsPrintable()
    {
        for (var letter = 0; letter <= char.MaxValue; letter++)
        {
            var shown = SafeText.OneLine($"a{(char)letter}b");

            Assert.DoesNotContain(shown, each => char.IsControl(each) || char.GetUnicodeCategory(each) is System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator);
            Assert.Equal(letter is '\n' or '\t' ? $"a{(char)letter}b" : shown, SafeText.Lines($"a{(char)letter}b"));
        }
    }

    /// <summary>A queue of which every text that is no JSON holds the poison, as whoever writes the file by hand can make it.</summary>
    private async Task<(string Failed, string Waiting)> PoisonAsync()
    {
        TaskId failed;
        TaskId waiting;
        await using (var queue = await Box.OpenAsync())
        {
            failed = await queue.EnqueueAsync(new NewTask("EVIL-type") { Group = "EVIL-group", Label = "EVIL-label", MaxAttempts = 1 });
            var leased = await queue.CheckoutAsync(new CheckoutRequest { Worker = "EVIL-worker" });
            await queue.FailAsync(leased!.Lease, new TaskFailure("EVIL-error"));
            await queue.Approvals.SetGateAsync(new ApprovalGate("EVIL-gate") { Group = "EVIL-group", Approvers = ["ann"] });
            waiting = await queue.EnqueueAsync(new NewTask("EVIL-type") { Group = "EVIL-group", Label = "EVIL-label" });
            await queue.Notifications.RaiseAsync(new NewNotification("EVIL-topic", "EVIL-text"));
            await queue.Budgets.SetAsync(BudgetTarget.Group("EVIL-group"), new BudgetPolicy { Rate = new RateCap(1, TimeSpan.FromHours(1)) });
        }

        await Box.DoAsync("schedule", "add", "EVIL-schedule", "@daily", "-l", "EVIL-label", "echo EVIL-command");
        await Box.DoAsync("add", "-g", "EVIL-group", "-l", "EVIL-label", $"echo {Poison}");
        await using var file = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Box.QueuePath, Pooling = false }.ToString());
        await file.OpenAsync();
        foreach (var (table, column) in await TextColumnsAsync(file))
        {
            await using var update = file.CreateCommand();
#pragma warning disable CA2100 // Names of the schema.
            update.CommandText = $"UPDATE \"{table}\" SET \"{column}\" = replace(\"{column}\", 'EVIL', $poison) WHERE typeof(\"{column}\") = 'text' AND \"{column}\" NOT LIKE '%{{%' AND \"{column}\" NOT LIKE '%[%'";
#pragma warning restore CA2100
            update.Parameters.AddWithValue("$poison", Poison);
            await update.ExecuteNonQueryAsync();
        }

        return ($"{failed}", $"{waiting}");
    }

    private static async Task<List<(string Table, string Column)>> TextColumnsAsync(SqliteConnection file)
    {
        var columns = new List<(string, string)>();
        await using var query = file.CreateCommand();
        query.CommandText = "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND c.type = 'TEXT'";
        await using var rows = await query.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            columns.Add((rows.GetString(0), rows.GetString(1)));
        }

        return columns;
    }
}
