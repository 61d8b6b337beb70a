using DurableQueue.Cli.Tasks.Monitors;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>Which commands cannot end by themselves.</summary>
public sealed class MonitorsTests
{
    [Theory]
    [InlineData("watch ls")]
    [InlineData("watch -n 1 'df -h'")]
    [InlineData("cd /tmp && watch ls")]
    [InlineData("tail -f log.txt")]
    [InlineData("tail -n 5 -f log.txt")]
    [InlineData("tail -5f log.txt")]
    [InlineData("/usr/bin/tail -F log.txt")]
    [InlineData("tail --follow=name log.txt")]
    [InlineData("FOO=1 BAR='a b' tail -f log.txt")]
    [InlineData("nice -n 5 tail -f log.txt")]
    [InlineData("env -u HOME FOO=1 tail -f log.txt 2>/dev/null")]
    [InlineData("bash -c 'tail -f log.txt'")]
    [InlineData("bash -lc \"cd /tmp; tail -f 'log.txt'\"")]
    [InlineData("eval 'tail -f log.txt'")]
    [InlineData("tail -f log.txt | grep ERROR | tee errors.txt")]
    [InlineData("tail -f log.txt | while read line; do echo \"> $line\"; done")]
    [InlineData("if true; then tail -f a; else echo none; fi")]
    [InlineData("(cd /var/log; exec tail -f syslog)")]
    [InlineData("{ echo begin; tail -f log.txt; } > out.txt 2>&1")]
    [InlineData("less +F log.txt")]
    [InlineData("journalctl -fu nginx")]
    [InlineData("sudo journalctl -u nginx --follow")]
    [InlineData("sudo -u root journalctl -f")]
    [InlineData("docker logs -f web")]
    [InlineData("kubectl logs --follow pod/web")]
    [InlineData("kubectl get pods -w")]
    [InlineData("kubectl -n web get pods --watch")]
    [InlineData("docker compose logs -f")]
    [InlineData("gh run watch 123")]
    [InlineData("ping localhost")]
    [InlineData("ping -i 0.2 localhost")]
    [InlineData("dmesg -w")]
    [InlineData("vmstat 5")]
    [InlineData("inotifywait -m .")]
    [InlineData("htop")]
    [InlineData("sleep infinity")]
    [InlineData("while true; do date; sleep 5; done")]
    [InlineData("while :; do\n  curl -s localhost # often\n  sleep 1\ndone")]
    [InlineData("until false; do date; done")]
    [InlineData("while sleep 5; do date; done")]
    [InlineData("for ((;;)); do date; sleep 1; done")]
    [InlineData("for f in a b; do tail -f $f; done")]
    public void Is_CannotEndByItself_IsTrue(string line) => Assert.True(EndlessScript.Is(line));

    [Theory]
    [InlineData("")]
    [InlineData("make test")]
    [InlineData("npm run watchdog")]
    [InlineData("echo watch this")]
    [InlineData("echo 'tail -f log.txt'")]
    [InlineData("echo done; echo while true")]
    [InlineData("watch -g ls")]
    [InlineData("tail -n 20 log.txt")]
    [InlineData("tail log-f.txt")]
    [InlineData("timeout 5 tail -f log.txt")]
    [InlineData("timeout 5 bash -c 'tail -f log.txt'")]
    [InlineData("tail -f --pid=4711 log.txt")]
    [InlineData("tail -f log.txt | head -1")]
    [InlineData("tail -f log.txt | grep -m1 ready")]
    [InlineData("tail -f log.txt | grep -q ready")]
    [InlineData("tail -f log.txt | sed '/ready/q'")]
    [InlineData("tail -f log.txt | awk '/ready/ { exit }'")]
    [InlineData("tail -f log.txt | ./until-ready")]
    [InlineData("tail -f log.txt | while read line; do case $line in ready) break;; esac; done")]
    [InlineData("tail -f log.txt & make; kill $!")]
    [InlineData("grep -f patterns file | tail -5")]
    [InlineData("journalctl -u nginx -n 10")]
    [InlineData("docker logs web")]
    [InlineData("kubectl get pods --watch=false")]
    [InlineData("kubectl rollout status deployment/web")]
    [InlineData("ping -c 3 localhost")]
    [InlineData("ping -w5 localhost")]
    [InlineData("vmstat 5 3")]
    [InlineData("less log.txt")]
    [InlineData("gh run list")]
    [InlineData("top -b -n 1")]
    [InlineData("sleep 5")]
    [InlineData("git log --follow README.md")]
    [InlineData("for f in *.c; do cc -c $f; done")]
    [InlineData("for i in 1 2; do sleep 0.1; done; exit 3")]
    [InlineData("for i in $(seq 100); do date; sleep 1; done")]
    [InlineData("for ((i = 0; i < 3; i++)); do sleep 1; done")]
    [InlineData("until curl -sf localhost; do sleep 1; done")]
    [InlineData("while ! test -e ready; do sleep 1; done")]
    [InlineData("while true; do curl -sf localhost && break; sleep 1; done")]
    [InlineData("while true; do echo x; sleep 0.1; exit 0; done")]
    [InlineData("set -e; while true; do ./step; done")]
    [InlineData("while true; do date; done | head -3")]
    [InlineData("f() { tail -f log.txt; }; echo f")]
    [InlineData("cat <<END\ntail -f log.txt\nEND")]
    [InlineData("cat < <(tail -f log.txt)")]
    [InlineData("case $1 in a) tail -f log.txt;; esac")]
    [InlineData("echo 'an open quote; tail -f log.txt")]
    [InlineData("while true; do date")]
    [InlineData("if true; then tail -f log.txt")]
    [InlineData(")")]
    [InlineData("do; done")]
    [InlineData("$(")]
    [InlineData("sudo -u")]
    public void Is_MayEnd_IsFalse(string line) => Assert.False(EndlessScript.Is(line));

    [Fact]
    public void Is_AnyText_IsAnswered()
    {
        const string alphabet = " ;&|()<>\"'`$\\\n#{}!whiletruedofrnsc-=0";
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var line = new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => alphabet[random.Next(alphabet.Length)])]);
            var error = Record.Exception(() => EndlessScript.Is(line));
            Assert.True(error is null, $"seed {seed}, line [{line}]: {error}");
        }
    }
}
