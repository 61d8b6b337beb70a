using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>A connection to an application's database that has taken a queue in: what is written for a queue's own file reaches the prefixed tables.</summary>
internal sealed class AdoptedConnection(string connectionString, TableNames names) : SqliteConnection(connectionString)
{
    public TableNames Names => names;

    public override SqliteCommand CreateCommand() =>
        new Command(names) { Connection = this, CommandTimeout = DefaultTimeout, Transaction = Transaction };

    private sealed class Command(TableNames names) : SqliteCommand
    {
        [AllowNull]
        public override string CommandText
        {
            get => base.CommandText;
            set => base.CommandText = value is null ? value : names.Rewrite(value);
        }
    }
}
