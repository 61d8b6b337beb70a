using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>Which queue file a command works on, and what happens when it cannot be used.</summary>
public sealed class LocationTests : DqTest
{
    [Fact]
    public async Task Queue_Option_StandsBeforeOrBehindTheCommandAndComesFirst()
    {
        var other = Path.Combine(Box.Folder, "new", "folder", "other.db");

        await Box.DoAsync("--queue", other, "add", "true");
        await Box.DoAsync("add", "true", "--queue", "new/folder/other.db");

        Assert.Equal(2, (await Box.DoAsync("--queue", other, "status", "--json")).Json.GetProperty("tasks").GetArrayLength());
        Assert.False(File.Exists(Box.QueuePath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(other));
    }

    [Fact]
    public async Task Queue_InAnApplicationsDatabase_IsFoundWithItsPrefix()
    {
        var path = Path.Combine(Box.Folder, "app.db");
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA user_version = 5; CREATE TABLE task (title TEXT)";
            command.ExecuteNonQuery();
        }

        await using (await SqliteTaskQueue.OpenAsync(path, new SqliteQueueOptions { AdoptExisting = true, TablePrefix = "jobs_" }))
        {
        }

        await Box.DoAsync("--queue", path, "add", "true");

        Assert.Equal(1, (await Box.DoAsync("--queue", path, "status", "--json")).Json.GetProperty("tasks").GetArrayLength());
    }

    /// <summary>The runtime replaces the bytes: the path that results is that of another file.</summary>
    [Theory]
    [InlineData("DQ_QUEUE=$'caf\\351.db' dq status")]
    [InlineData("HOME=$PWD/$'h\\351' DQ_QUEUE='~/q.db' dq status")]
    [InlineData("mkdir $'d\\351'; cd $'d\\351'; dq --queue q.db status")]
    [InlineData("mkdir $'d\\351'; cd $'d\\351'; dq --queue q.db add -w / -- true")]
    [InlineData("mkdir -p $'d\\351'/.dq; cd $'d\\351'; unset DQ_QUEUE; dq status")]
    [InlineData("mkdir $'d\\351'; cd $'d\\351'; dq backup copy")]
    public async Task Path_BytesThatAreNotText_AreRefusedAndNothingIsMadeElsewhere(string command)
    {
        await Box.DoAsync("status");

        var result = await Box.ShellAsync($"{{ {command}; }}; code=$?; cd '{Box.Folder}'; ls | grep -c $'\uFFFD'; rm -rf d*; exit $code");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("not UTF-8", result.Err, StringComparison.Ordinal);
        Assert.Equal("0", result.Out.Trim());
    }

    [Fact]
    public async Task Queue_NothingNamed_IsTheNearestUpwards()
    {
        Box.Variables["DQ_QUEUE"] = null;
        var below = Directory.CreateDirectory(Path.Combine(Box.Folder, "a", "b")).FullName;
        var near = Path.Combine(Box.Folder, "a", ".dq", "queue.db");
        await Box.DoAsync("--queue", near, "add", "true");
        await Box.DoAsync("--queue", Path.Combine(Box.Folder, ".dq", "queue.db"), "status");

        var result = await Box.ShellAsync($"cd '{below}' && dq doctor");

        Assert.Equal(near, result.Json.GetProperty("queue").GetString());
    }

    /// <summary>The caller's DQ_QUEUE and that of the worker name another queue.</summary>
    [Theory]
    [InlineData("", "dq add true", "queue.db")]
    [InlineData("--clean-env", "dq add true", "queue.db")]
    [InlineData("--env DQ_QUEUE", "dq add true", "queue.db")]
    [InlineData("", "dq --queue other.db add true", "other.db")]
    [InlineData("", "DQ_QUEUE=other.db dq add true", "other.db")]
    [InlineData("--env DQ_QUEUE=other.db", "dq add true", "other.db")]
    public async Task Queue_InsideATask_IsThatOfTheTask(string options, string line, string expected)
    {
        Box.Variables["DQ_QUEUE"] = Path.Combine(Box.Folder, "callers.db");
        var below = Directory.CreateDirectory(Path.Combine(Box.Folder, "below")).FullName;
        await Box.StartWorkerAsync("--queue", "queue.db");

        var ran = await Box.ShellAsync($"dq --queue queue.db run {options} -w '{below}' '{line} >inner.txt 2>&1; cat inner.txt'");

        Assert.True(ran.ExitCode == 0, ran.ToString());
        var path = Path.Combine(expected == "queue.db" ? Box.Folder : below, expected);
        var tasks = (await Box.DoAsync("--queue", path, "status", "--json", "command=true")).Json.GetProperty("tasks");
        Assert.True(tasks.GetArrayLength() == 1, ran.ToString());
        Assert.False(File.Exists(Box.Variables["DQ_QUEUE"]));
    }

    [Fact]
    public async Task Queue_NothingNamedOrNear_IsInTheDataFolder()
    {
        Box.Variables["DQ_QUEUE"] = null;
        Box.Variables["XDG_DATA_HOME"] = Path.Combine(Box.Folder, "data");

        var result = await Box.RunAsync("doctor");

        Assert.Equal(Path.Combine(Box.Folder, "data", "dq", "queue.db"), result.Json.GetProperty("queue").GetString());
    }

    [Fact]
    public async Task Queue_TildeThatNoShellExpanded_IsTheHomeDirectory()
    {
        Box.Variables["HOME"] = Path.Combine(Box.Folder, "home");
        Box.Variables["DQ_QUEUE"] = "~/q.db";

        await Box.DoAsync("add", "true");
        await Box.DoAsync("--queue=~/other/q.db", "status");

        Assert.True(File.Exists(Path.Combine(Box.Folder, "home", "q.db")));
        Assert.True(File.Exists(Path.Combine(Box.Folder, "home", "other", "q.db")));
        Assert.False(Directory.Exists(Path.Combine(Box.Folder, "~")));
    }

    [Theory]
    [InlineData("$HOME/q.db")]
    [InlineData("~nobody/q.db")]
    [InlineData("file:q.db")]
    public async Task Queue_WhatOnlyAShellExpands_IsRefusedByName(string path)
    {
        Box.Variables["DQ_QUEUE"] = path;

        var result = await Box.RunAsync("add", "true");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"DQ_QUEUE is '{path}'", result.Err, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Box.Folder));
        Box.Variables["DQ_QUEUE"] = $"./{path}";
        await Box.DoAsync("add", "true");
        Assert.True(File.Exists(Path.Combine(Box.Folder, path)));
    }

    [Fact]
    public async Task WorkingDirectory_Tilde_IsTheHomeDirectory()
    {
        Box.Variables["HOME"] = Box.Folder;
        Directory.CreateDirectory(Path.Combine(Box.Folder, "work"));

        await Box.DoAsync("add", "--working-dir=~/work", "true");
        await Box.DoAsync("dag", "submit", await Box.WriteAsync("graph.yaml", "tasks:\n  one:\n    cmd: pwd\n    working_dir: ~/work\n"));

        var tasks = (await Box.DoAsync("status", "--json")).Json.GetProperty("tasks").EnumerateArray();
        Assert.All(tasks, task => Assert.Equal(Path.Combine(Box.Folder, "work"), task.GetProperty("working_dir").GetString()));
    }

    [Fact]
    public async Task Queue_IsNoDatabase_IsUnusableAndLeftAlone()
    {
        await File.WriteAllTextAsync(Box.QueuePath, new string('x', 10_000));

        var result = await Box.RunAsync("status");
        var doctor = await Box.RunAsync("doctor");

        Assert.Equal(4, result.ExitCode);
        Assert.Equal(4, doctor.ExitCode);
        Assert.Equal("unusable", JsonSchemas.Check("doctor", doctor).GetProperty("status").GetString());
        Assert.Equal(new string('x', 10_000), await File.ReadAllTextAsync(Box.QueuePath));
        File.Delete(Box.QueuePath);
    }

    [Fact]
    public async Task Queue_OfANewerVersion_IsAVersionMismatch()
    {
        await Box.DoAsync("status");
        Assert.Equal(0, (await Box.ShellAsync("printf '\\x00\\x00\\x03\\xe7' | dd of=queue.db bs=1 seek=60 conv=notrunc")).ExitCode);

        var doctor = await Box.RunAsync("doctor");

        Assert.Equal(4, doctor.ExitCode);
        Assert.Equal("version_mismatch", JsonSchemas.Check("doctor", doctor).GetProperty("status").GetString());
        Assert.Equal(4, (await Box.RunAsync("add", "true")).ExitCode);
    }

    [Fact]
    public async Task Queue_LockedByAnother_IsUnusableWhenTheTimeIsOver()
    {
        await Box.DoAsync("status");
        using var holder = System.Diagnostics.Process.Start("flock", [Path.Combine(Box.Folder, "queue.db-gate"), "sh", "-c", "echo held; exec sleep 60"]);
        await Sandbox.UntilAsync(async () => (await Box.RunProgramAsync("flock", ["-n", "queue.db-gate", "true"])).ExitCode != 0, "the file lock is held");

        var result = await Box.RunAsync("--busy-timeout", "200ms", "add", "true");

        holder.Kill(entireProcessTree: true);
        Assert.Equal(4, result.ExitCode);
    }
}
