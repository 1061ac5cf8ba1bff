using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.ServiceTests.Agent;

/// <summary>The real agent on a real TPM: what it records is what the PCRs hold, and where that is not so it says so.</summary>
public sealed class JournalTests : IDisposable
{
    private readonly AgentHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Records_and_PCRs_of_every_bank_agree_after_boot_start_and_stop()
    {
        _host.Configure("banks: [sha256, sha384]");
        await _host.Run("measure", "boot");
        await _host.Run("vm", "start", "a");
        await _host.Run("vm", "stop", "a", "--reason", "migrated");
        await _host.Run("vm", "start", "00000000-0000-0000-0000-00000000000b");

        var records = _host.Records();
        Assert.Equal(["boot", "hypervisor", "policy", "vm-start", "vm-stop", "vm-start"], Types(records));
        Assert.True(await _host.Agree(records));
        Assert.True(await _host.Agree(records, AlgorithmId.Sha384));
        Assert.False(await _host.Agree(records.SkipLast(1)));
        Assert.Equal("migrated", ((VmStopContent)records[4].Measurement).Reason);
    }

    [Fact]
    public async Task Digests_are_those_of_sha256sum()
    {
        await _host.Run("measure", "boot");
        await _host.Run("vm", "start", "a");
        var records = _host.Records();
        Assert.Equal(await Sum("xen.gz"), ((HypervisorContent)records[1].Measurement).ImageDigest.ToString());
        Assert.Equal(await Sum("policy.xml"), ((PolicyContent)records[2].Measurement).SourceDigest.ToString());
        var vm = (VmStartContent)records[3].Measurement;
        Assert.Equal(await Sum("disk.img"), vm.Disks[0].Digest.ToString());
        Assert.True(vm.Mutable);
    }

    [Fact]
    public async Task Measured_again_only_what_changed_is_recorded()
    {
        await _host.Run("measure", "boot");
        Assert.Equal("measured: all is as it was recorded in this boot", (await _host.Run("measure", "boot")).Trim());
        Assert.Equal(3, _host.Records().Count);

        _host.WriteManifest(hypervisorCommandLine: "dom0_mem=2G");
        await _host.Run("measure", "boot");
        _host.WriteManifest(policy: "minimal.xml", hypervisorCommandLine: "dom0_mem=2G");
        await _host.Run("measure", "boot");

        var records = _host.Records();
        Assert.Equal(["boot", "hypervisor", "policy", "hypervisor", "policy-change"], Types(records));
        Assert.Equal("example.minimal", ((PolicyChangeContent)records[4].Measurement).Name);
        Assert.True(await _host.Agree(records));
    }

    [Fact]
    public async Task V07_what_the_policy_forbids_is_refused_in_enforce_and_recorded_in_observe()
    {
        await _host.Run("measure", "boot");
        await _host.Run("vm", "start", "a");
        var (code, output, _) = await _host.Try("vm", "start", "b");
        Assert.Equal(1, code);
        Assert.Contains("refused: b may not start: a runs as 'bank-a'", output, StringComparison.Ordinal);
        Assert.Equal(4, _host.Records().Count);

        _host.Configure("mode: observe");
        var (observed, _, errors) = await _host.Try("vm", "start", "b");
        Assert.Equal(0, observed);
        Assert.Contains("warning: b may not start", errors, StringComparison.Ordinal);
        Assert.Equal("vm-start", Types(_host.Records())[^1]);
        Assert.True(await _host.Agree(_host.Records()));
    }

    [Fact]
    public async Task V10_the_gate_decides_by_the_measured_policy_whatever_the_file_says_now()
    {
        await _host.Run("measure", "boot");
        await File.WriteAllTextAsync(_host["policy.xml"], "<rubbish/>", TestContext.Current.CancellationToken);
        await _host.Run("vm", "start", "a");
        Assert.Equal(1, (await _host.Try("vm", "start", "b")).Code);

        var (code, _, errors) = await _host.Try("measure", "boot");
        Assert.Equal(2, code);
        Assert.Contains("policy.xml: line 1, column", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Before_anything_is_measured_the_gate_is_closed()
    {
        var (code, output, _) = await _host.Try("vm", "start", "a");
        Assert.Equal((1, "refused: no policy is measured in this boot: run 'measure boot' first"), (code, output.Trim()));
        Assert.Empty(_host.Records());
        Assert.Equal(1, (await _host.Try("vm", "stop", "a")).Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reboot_begins_a_log_of_its_own_and_keeps_the_one_before(bool powerCut)
    {
        await _host.Run("measure", "boot");
        if (powerCut)
        {
            _host.Platform.PowerCut();
        }
        else
        {
            _host.Platform.Reboot();
        }

        var (_, _, errors) = await _host.Try("measure", "boot");
        Assert.Contains("begun anew for this boot", errors, StringComparison.Ordinal);
        Assert.Equal(["boot", "hypervisor", "policy"], Types(_host.Records()));
        Assert.True(await _host.Agree(_host.Records()));
        Assert.Single(Directory.GetFiles(_host["state"], "measurements.log.boot-*"));
    }

    [Fact]
    public async Task A_resumed_host_goes_on_with_its_log()
    {
        await _host.Run("measure", "boot");
        _host.Platform.Suspend();
        await _host.Run("vm", "start", "a");
        Assert.Equal(["boot", "hypervisor", "policy", "vm-start"], Types(_host.Records()));
        Assert.True(await _host.Agree(_host.Records()));
    }

    [Fact]
    public async Task L16_a_deleted_log_is_a_gap_that_is_written_down_once_and_never_a_fresh_start()
    {
        await _host.Run("measure", "boot");
        await _host.Run("vm", "start", "a");
        File.Delete(_host.Log);

        var (_, _, errors) = await _host.Try("status");
        Assert.Contains("recorded as a gap", errors, StringComparison.Ordinal);
        var gap = Assert.IsType<GapContent>(_host.Records()[1].Measurement);
        Assert.Null(gap.AfterRecord);
        Assert.Contains("the log of this boot is lost: PCRs 11, 12, 13 hold what no record explains", gap.Reason, StringComparison.Ordinal);

        await _host.Run("measure", "boot");
        await _host.Run("vm", "start", "a");
        Assert.Equal(["boot", "gap", "hypervisor", "policy", "vm-start"], Types(_host.Records()));
        Assert.False(await _host.Agree(_host.Records()));

        // Even the file that remembers the gap is only a help: without it the difference is found again.
        File.Delete(_host["state/journal-base"]);
        await _host.Run("status");
        Assert.Equal("gap", Types(_host.Records())[^1]);
    }

    [Fact]
    public async Task L16_a_log_cut_at_a_record_is_a_gap()
    {
        await _host.Run("measure", "boot");
        var whole = _host.Records();
        await _host.Run("vm", "start", "a");
        await _host.Run("vm", "stop", "a");
        using (var file = File.OpenWrite(_host.Log))
        {
            file.SetLength(file.Length - _host.Records().Skip(whole.Count).Sum(record => record.Encoded.Length));
        }

        await _host.Run("status");
        Assert.Equal(["boot", "hypervisor", "policy", "gap"], Types(_host.Records()));
        Assert.Contains("PCRs 13 do not hold", ((GapContent)_host.Records()[^1].Measurement).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task L12_what_somebody_else_extends_is_a_gap()
    {
        await _host.Run("measure", "boot");
        await Tool.Run(_host.Platform.Tpm.Tcti, "tpm2_pcrextend", "12:sha256=" + new string('1', 64));
        await _host.Run("vm", "start", "a");
        Assert.Equal(["boot", "hypervisor", "policy", "gap", "vm-start"], Types(_host.Records()));
        Assert.Contains("PCRs 12 do not hold what the 3 records before this one explain", ((GapContent)_host.Records()[3].Measurement).Reason, StringComparison.Ordinal);
        await _host.Run("vm", "stop", "a");
        Assert.Equal("vm-stop", Types(_host.Records())[^1]);
    }

    [Fact]
    public async Task A_TPM_that_was_reset_under_a_running_host_is_a_gap()
    {
        await _host.Run("measure", "boot");
        _host.Platform.Tpm.Reboot();
        await _host.Run("measure", "boot");
        Assert.Equal(["boot", "gap", "hypervisor", "policy"], Types(_host.Records()));
        Assert.Contains("the TPM was reset while this boot went on", ((GapContent)_host.Records()[1].Measurement).Reason, StringComparison.Ordinal);
        Assert.True(await _host.Agree(_host.Records()));
        await _host.Run("status");
        Assert.Equal(4, _host.Records().Count);
    }

    [Fact]
    public async Task Other_banks_or_PCRs_in_the_middle_of_a_boot_are_refused_with_what_to_do()
    {
        await _host.Run("measure", "boot");
        foreach (var settings in (string[])["banks: [sha384]", "pcrs: {hypervisor: 8, policy: 12, vms: 13}"])
        {
            _host.Configure(settings);
            var (code, _, errors) = await _host.Try("vm", "start", "a");
            Assert.Equal(3, code);
            Assert.Contains("begun with other banks or pcrs: set them back", errors, StringComparison.Ordinal);
        }

        _host.Configure();
        await _host.Run("vm", "start", "a");
        Assert.True(await _host.Agree(_host.Records()));
    }

    [Fact]
    public async Task Two_agents_at_once_take_turns()
    {
        await _host.Run("measure", "boot");
        await Task.WhenAll(_host.Run("vm", "start", "a"), _host.Run("status"), _host.Run("status"));
        Assert.Equal(4, _host.Records().Count);
        Assert.True(await _host.Agree(_host.Records()));
    }

    private async Task<string> Sum(string file) => "sha256:" + (await Tool.Run(null, "sha256sum", _host[file]))[..64];

    private static string[] Types(IEnumerable<CelRecord> records) => [.. records.Select(record => record.Measurement.Type)];
}
