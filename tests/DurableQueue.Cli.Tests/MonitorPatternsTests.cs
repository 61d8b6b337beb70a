using DurableQueue.Cli.Tasks;
using Xunit;

namespace DurableQueue.Cli.Tests;

public sealed class MonitorPatternsTests
{
    [Theory]
    [InlineData("watch ls")]
    [InlineData("watch -n 1 'df -h'")]
    [InlineData("cd /tmp && watch ls")]
    [InlineData("tail -f log.txt")]
    [InlineData("tail -n 5 -f log.txt")]
    [InlineData("/usr/bin/tail -F log.txt")]
    [InlineData("tail --follow=name log.txt")]
    [InlineData("journalctl -fu nginx")]
    [InlineData("sudo journalctl -u nginx --follow")]
    [InlineData("docker logs -f web")]
    [InlineData("kubectl logs --follow pod/web")]
    [InlineData("docker compose logs -f")]
    [InlineData("dmesg -w")]
    [InlineData("inotifywait -m .")]
    [InlineData("htop")]
    [InlineData("while true; do date; sleep 5; done")]
    [InlineData("while :; do\n  curl -s localhost\n  sleep 1\ndone")]
    [InlineData("until curl -sf localhost; do sleep 1; done")]
    [InlineData("for i in $(seq 100); do date; sleep 1; done")]
    public void Matches_CommandThatDoesNotEnd_IsTrue(string command) => Assert.True(MonitorPatterns.Matches(command));

    [Theory]
    [InlineData("make test")]
    [InlineData("npm run watchdog")]
    [InlineData("echo watch this")]
    [InlineData("tail -n 20 log.txt")]
    [InlineData("tail log-f.txt")]
    [InlineData("grep -f patterns file | tail -5")]
    [InlineData("journalctl -u nginx -n 10")]
    [InlineData("docker logs web")]
    [InlineData("top -b -n 1")]
    [InlineData("for f in *.c; do cc -c $f; done")]
    [InlineData("sleep 5")]
    [InlineData("git log --follow README.md")]
    public void Matches_CommandThatEnds_IsFalse(string command) => Assert.False(MonitorPatterns.Matches(command));
}
