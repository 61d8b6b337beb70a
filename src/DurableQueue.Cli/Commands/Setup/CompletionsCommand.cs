using System.CommandLine;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Commands.Setup;

internal static class CompletionsCommand
{
    private const string Bash =
        """
        # eval "$(dq completions bash)"
        _dq() {
            mapfile -t COMPREPLY < <(compgen -W "$(dq "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}")
        }
        complete -o default -F _dq dq

        """;

    private const string Zsh =
        """
        # eval "$(dq completions zsh)"
        _dq() {
            local -a found
            found=("${(@f)$(dq "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            compadd -- "${found[@]}"
        }
        compdef _dq dq

        """;

    private const string Fish =
        """
        # dq completions fish | source
        complete -c dq -e
        complete -c dq -a '(set -l line (commandline -cp); dq "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)'

        """;

    private const string PowerShell =
        """
        # dq completions pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName dq -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            dq "[suggest:$cursorPosition]" "$commandAst" 2>$null | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }

        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh, fish or pwsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        return new Command("completions", "Write the completion script for your shell.")
            .With(shell)
            .WithAction(invocation =>
            {
                invocation.Output.Text.Write(invocation.Get(shell) switch
                {
                    "bash" => Bash,
                    "zsh" => Zsh,
                    "fish" => Fish,
                    _ => PowerShell,
                });
                return Task.FromResult(ExitCode.Done);
            });
    }
}
