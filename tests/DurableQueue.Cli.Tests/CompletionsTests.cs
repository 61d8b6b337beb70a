using Xunit;

namespace DurableQueue.Cli.Tests;

public sealed class CompletionsTests : DqTest
{
    [Theory]
    [InlineData("dq sta", "start stash status")]
    [InlineData("dq add --wor", "--working-dir")]
    [InlineData("dq add -g m", "ml mail")]
    [InlineData("dq log ", "1")]
    public async Task Bash_Tab_OffersWhatFits(string line, string expected)
    {
        await Box.AddAsync("-g", "ml", "true");
        await Box.DoAsync("group", "add", "mail");
        var words = line.Split(' ');

        // As bash does it at the tab key.
        var result = await Box.ShellAsync($$"""
            eval "$(dq completions bash)"
            COMP_LINE='{{line}}'; COMP_POINT=${#COMP_LINE}; COMP_WORDS=({{string.Join(' ', words.Select(word => $"'{word}'"))}}); COMP_CWORD={{words.Length - 1}}
            _dq; printf '%s\n' "${COMPREPLY[@]}"
            """);

        var offered = result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(expected.Split(' '), word => Assert.Contains(word, offered));
        Assert.All(offered, word => Assert.StartsWith(words[^1], word, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("dq sta", "start stash status")]
    [InlineData("dq add --wor", "--working-dir")]
    [InlineData("dq add -g m", "ml mail")]
    [InlineData("dq log ", "1")]
    public async Task Fish_Tab_OffersWhatFits(string line, string expected)
    {
        await Box.AddAsync("-g", "ml", "true");
        await Box.DoAsync("group", "add", "mail");

        var offered = await Box.RunProgramAsync("fish", ["--no-config", "-c", $"dq completions fish | source; complete -C'{line}'"]);

        Assert.Equal("", offered.Err);
        Assert.All(expected.Split(' '), word => Assert.Contains(word, offered.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.DoesNotContain("/?", offered.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Zsh_Tab_CompletesAtTheTerminal()
    {
        await Box.AddAsync("-g", "mail", "true");
        await using var terminal = new Terminal(Box);
        await terminal.StartAsync(80, 24, "PS1='> ' zsh -f");
        await terminal.UntilShownAsync(">");
        await terminal.SendAsync("autoload -U compinit; compinit -D; eval \"$(dq completions zsh)\"; echo re''ady", "Enter");
        await terminal.UntilShownAsync("ready");

        await terminal.SendAsync("dq statu", "Tab");
        await terminal.UntilShownAsync("dq status");
        await terminal.SendAsync("C-u", "dq add -g ma", "Tab");
        await terminal.UntilShownAsync("dq add -g mail");
        await terminal.SendAsync("C-u", "dq add --work", "Tab");
        await terminal.UntilShownAsync("dq add --working-dir");
    }

    [Fact]
    public async Task PowerShell_GetsAScriptThatAsksTheTool()
    {
        var script = (await Box.DoAsync("completions", "pwsh")).Out;

        Assert.Contains("Register-ArgumentCompleter", script, StringComparison.Ordinal);
        Assert.Contains("[suggest:", script, StringComparison.Ordinal);
        Assert.Equal(1, (await Box.RunAsync("completions", "tcsh")).ExitCode);
    }
}
