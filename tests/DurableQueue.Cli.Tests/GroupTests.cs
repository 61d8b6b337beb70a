using Xunit;

namespace DurableQueue.Cli.Tests;

public sealed class GroupTests : DqTest
{
    [Fact]
    public async Task Group_AddLimitPauseResumeRemove_DoWhatTheySay()
    {
        await JsonAsync("actions", "group", "add", "ml", "--limit", "2", "--json");
        await Box.DoAsync("group", "limit", "ml", "5");
        await Box.DoAsync("group", "pause", "ml");
        await Box.DoAsync("group", "pause-on-failure", "ml", "on");

        var group = await GroupAsync("ml");
        Assert.Equal((5, true, true), (group.GetProperty("limit").GetInt32(), group.GetProperty("paused").GetBoolean(), group.GetProperty("pause_on_failure").GetBoolean()));
        await Box.DoAsync("group", "resume", "ml");
        Assert.False((await GroupAsync("ml")).GetProperty("paused").GetBoolean());
        Assert.Contains("ml", (await Box.DoAsync("group")).Out, StringComparison.Ordinal);
        await Box.DoAsync("group", "remove", "ml");
        Assert.DoesNotContain("ml", (await Box.DoAsync("group", "list")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "group", "add", "default")]
    [InlineData(2, "group", "remove", "default")]
    [InlineData(2, "group", "remove", "nobody")]
    [InlineData(2, "group", "remove", "busy")]
    [InlineData(2, "group", "limit", "nobody", "1")]
    [InlineData(2, "group", "pause", "nobody")]
    [InlineData(1, "group", "limit", "default", "-1")]
    [InlineData(1, "group", "limit", "default", "many")]
    [InlineData(1, "group", "add", "no blanks")]
    [InlineData(1, "group", "pause-on-failure", "default", "perhaps")]
    public async Task Group_Refused_HasItsCode(int code, params string[] arguments)
    {
        await Box.AddAsync("-g", "busy", "true");

        Assert.Equal(code, (await Box.RunAsync(arguments)).ExitCode);
    }

    [Fact]
    public async Task Pause_WithoutArguments_IsTheGroupDefault()
    {
        await Box.DoAsync("pause");
        Assert.True((await GroupAsync("default")).GetProperty("paused").GetBoolean());
        await Box.DoAsync("start");
        Assert.False((await GroupAsync("default")).GetProperty("paused").GetBoolean());
        await Box.DoAsync("group", "add", "ml");
        await Box.DoAsync("pause", "--all");
        Assert.True((await GroupAsync("ml")).GetProperty("paused").GetBoolean());
    }

    private async Task<System.Text.Json.JsonElement> GroupAsync(string name) =>
        (await JsonAsync("groups", "group", "list", "--json")).GetProperty("groups").EnumerateArray().Single(group => group.GetProperty("name").GetString() == name);
}
