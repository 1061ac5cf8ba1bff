using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Client;
using Xunit;

namespace Shype.Attest.ServiceTests.Agent;

/// <summary>The real agent is killed at every step of its work with the TPM; a TPM fails it in every way.</summary>
public sealed class KilledAgentTests : IDisposable
{
    private readonly AgentHost _host = new();
    private readonly TpmProxy _proxy;

    public KilledAgentTests() => _proxy = new TpmProxy(_host["proxy.sock"], _host.Platform.Tpm.Address);

    public void Dispose()
    {
        _proxy.Dispose();
        _host.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task L19_killed_at_any_command_before_or_after_the_TPM_carried_it_out_log_and_PCRs_are_settled(bool carriedOut)
    {
        await _host.Run("measure", "boot");
        var settled = 0;
        for (var step = 1; ; step++)
        {
            var (killed, started) = (await KillAt(step, carriedOut), _host.Records().Count);
            var (_, _, errors) = await _host.Try("status");
            settled += errors.Contains("extended now", StringComparison.Ordinal) ? 1 : 0;
            var records = _host.Records();
            Assert.Equal(started, records.Count);
            Assert.DoesNotContain(records, record => record.Measurement is GapContent);
            Assert.True(await _host.Agree(records), $"killed at command {step}");
            if (!killed)
            {
                break;
            }

            if (records[^1].Measurement is VmStartContent)
            {
                await _host.Run("vm", "stop", "a");
            }
        }

        // Killed before the extend reached the TPM the record had to be extended later; killed after it, there was nothing left to do.
        Assert.Equal(carriedOut ? 0 : 1, settled);
    }

    [Fact]
    public async Task L19_killed_while_a_gap_is_written_down_it_is_written_down_all_the_same()
    {
        await _host.Run("measure", "boot");
        for (var step = 1; ; step++)
        {
            File.Delete(_host.Log);
            var killed = await KillAt(step, carriedOut: step % 2 == 0);
            await _host.Run("status");
            Assert.Contains(_host.Records(), record => record.Measurement is GapContent);
            var count = _host.Records().Count;
            await _host.Run("status");
            Assert.Equal(count, _host.Records().Count);
            if (!killed)
            {
                break;
            }
        }
    }

    [Fact]
    public async Task A04_a_TPM_that_asks_for_patience_gets_it_within_bounds()
    {
        Through();
        var left = 3;
        _proxy.Response = Refusal(0x922);
        _proxy.Plan = code => code == CommandCode.PcrExtend && left-- > 0 ? ProxyAct.Answer : ProxyAct.Pass;
        await _host.Run("measure", "boot");
        Assert.True(await _host.Agree(_host.Records()));

        _proxy.Plan = code => code == CommandCode.PcrExtend ? ProxyAct.Answer : ProxyAct.Pass;
        var (code, _, errors) = await _host.Try("vm", "start", "a");
        Assert.Equal(3, code);
        Assert.Contains("TPM_RC_RETRY", errors, StringComparison.Ordinal);

        _proxy.Plan = _ => ProxyAct.Pass;
        Assert.Contains("record 3 was on disk and not yet extended; extended now", (await _host.Try("status")).Errors, StringComparison.Ordinal);
        Assert.True(await _host.Agree(_host.Records()));
    }

    [Theory]
    [InlineData("8001000000")]
    [InlineData("80010000000affffffff")]
    [InlineData("80020000000a00000000")]
    [InlineData("80010000ffff00000000")]
    [InlineData("80010000000900000000")]
    public async Task A04_a_TPM_that_answers_rubbish_closes_the_gate_and_loses_nothing(string response)
    {
        await _host.Run("measure", "boot");
        Through();
        _proxy.Response = Convert.FromHexString(response);
        // The answer that is cut off would be waited for: its connection ends with it.
        _proxy.Plan = code => code != CommandCode.PcrRead ? ProxyAct.Pass : _proxy.Response.Length < 10 ? ProxyAct.DropAfter : ProxyAct.Answer;
        var (code, output, _) = await _host.Try("vm", "start", "a");
        Assert.Equal((3, ""), (code, output));
        Assert.Equal(3, _host.Records().Count);
        Assert.True(await _host.Agree(_host.Records()));
    }

    [Fact]
    public async Task A04_without_a_TPM_the_gate_is_closed_in_enforce_and_warns_in_observe()
    {
        await _host.Run("measure", "boot");
        _host.Configure(tpm: "swtpm:unix:" + _host["nobody.sock"]);
        Assert.Equal(3, (await _host.Try("vm", "start", "a")).Code);
        _host.Configure("mode: observe", tpm: "swtpm:unix:" + _host["nobody.sock"]);
        var (code, output, errors) = await _host.Try("vm", "start", "a");
        Assert.Equal(0, code);
        Assert.StartsWith("warning: ", errors, StringComparison.Ordinal);
        Assert.Contains("not recorded: a; mode is observe", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_log_closes_the_gate_and_is_left_as_it_is()
    {
        await _host.Run("measure", "boot");
        var bytes = await File.ReadAllBytesAsync(_host.Log, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(_host.Log, bytes, TestContext.Current.CancellationToken);

        var (code, _, errors) = await _host.Try("vm", "start", "a");
        Assert.Equal(3, code);
        Assert.Contains("is damaged", errors, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_host.Log, TestContext.Current.CancellationToken));

        File.Move(_host.Log, _host["damaged.log"]);
        await _host.Run("measure", "boot");
        Assert.Contains(_host.Records(), record => record.Measurement is GapContent);
    }

    [Fact]
    public async Task A06_a_full_disk_closes_the_gate_and_room_opens_it()
    {
        await _host.Run("measure", "boot");
        // A limit on file sizes is the full disk that needs no privileges: the log may grow by less than a record.
        var blocks = (new FileInfo(_host.Log).Length + 1023) / 1024;
        var limited = $"trap '' XFSZ; ulimit -f {blocks}; DOTNET_EnableWriteXorExecute=0 exec \"$@\"";
        string[] command = ["-c", limited, "bash", .. AgentProgram.Command, "--config", _host["agent.yaml"], "vm"];
        var (code, errors) = (0, "");
        for (var i = 0; code == 0; i++)
        {
            (code, _, errors) = await Sim.Tool.Try(null, "bash", [.. command, i % 2 == 0 ? "start" : "stop", "a"]);
        }

        Assert.Equal(3, code);
        Assert.Contains("no room for", errors, StringComparison.Ordinal);
        Assert.True(await _host.Agree(_host.Records()));
        var running = _host.Records()[^1].Measurement is VmStartContent;
        await _host.Run("vm", running ? "stop" : "start", "a");
        Assert.True(await _host.Agree(_host.Records()));
    }

    [Fact]
    public async Task A06_a_log_that_others_can_write_or_a_link_in_its_place_is_refused()
    {
        await _host.Run("measure", "boot");
        File.SetUnixFileMode(_host.Log, File.GetUnixFileMode(_host.Log) | UnixFileMode.OtherWrite);
        Assert.Contains("can be written by others", (await _host.Try("vm", "start", "a")).Errors, StringComparison.Ordinal);
        File.Move(_host.Log, _host["elsewhere.log"]);
        File.CreateSymbolicLink(_host.Log, _host["elsewhere.log"]);
        Assert.Equal(3, (await _host.Try("vm", "start", "a")).Code);
    }

    private async Task<bool> KillAt(int step, bool carriedOut)
    {
        Through();
        var seen = 0;
        _proxy.Plan = _ => ++seen == step ? carriedOut ? ProxyAct.DropAfter : ProxyAct.DropBefore : ProxyAct.Pass;
        using var agent = _host.Start("vm", "start", "a");
        _proxy.OnDrop = () =>
        {
            agent.Kill();
            agent.WaitForExit();
        };
        await agent.WaitForExitAsync(TestContext.Current.CancellationToken);
        _proxy.Plan = _ => ProxyAct.Pass;
        _host.Configure();
        return agent.ExitCode == 137;
    }

    private void Through() => _host.Configure(tpm: _proxy.Address);

    private static byte[] Refusal(uint code) => [0x80, 0x01, 0, 0, 0, 10, (byte)(code >> 24), (byte)(code >> 16), (byte)(code >> 8), (byte)code];
}
