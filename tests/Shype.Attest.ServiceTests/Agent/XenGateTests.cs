using System.Diagnostics;
using System.Globalization;
using Shype.Attest.Measurement.Records;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests.Agent;

/// <summary>
/// The agent on a Xen host: a real TPM, a tree as /sys has it, and a stand-in for xl, which needs a hypervisor that does not run here. What is checked is what xl is
/// told, in which order, and what is on record.
/// </summary>
public sealed class XenGateTests : IDisposable
{
    private const string BuildId = "151b373fd64b321593bf987fd923cd10dabadac4";
    private readonly AgentHost _host = new();

    public XenGateTests()
    {
        Directory.CreateDirectory(_host["sys/hypervisor/version"]);
        Directory.CreateDirectory(_host["sys/hypervisor/properties"]);
        Directory.CreateDirectory(_host["proc/xen"]);
        Directory.CreateDirectory(_host["xl"]);
        File.WriteAllText(_host["sys/hypervisor/type"], "xen\n");
        File.WriteAllText(_host["sys/hypervisor/version/major"], "4\n");
        File.WriteAllText(_host["sys/hypervisor/version/minor"], "17\n");
        File.WriteAllText(_host["sys/hypervisor/version/extra"], ".7\n");
        File.WriteAllBytes(_host["sys/hypervisor/properties/buildid"], Convert.FromHexString(BuildId));
        File.WriteAllText(_host["proc/xen/capabilities"], "control_d\n");
        File.WriteAllText(_host["xl/info"], $"host                   : dom0\nxen_commandline        : dom0_mem=1G\nbuild_id               : {BuildId}\n");
        File.WriteAllText(_host["xl/config"], "# Xen/x86 4.17.7 Configuration\n# CONFIG_XSM is not set\nCONFIG_LIVEPATCH=y\n");
        File.Copy(Path.Combine(TestData.Root, "tests", "Shype.Attest.ServiceTests", "Agent", "stand-in-xl.sh"), _host["xl/xl"]);
        File.SetUnixFileMode(_host["xl/xl"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Configure();
        Write("a", 'a', "# shype.label: Bank.A\nkernel = \"" + _host["vmlinuz"] + "\"\nramdisk = \"" + _host["initrd.img"] + "\"\ndisk = [ \"" + _host["disk.img"] + ",raw,xvda,ro\" ]");
        Write("b", 'b', "# shype.label: Bank.B");
    }

    public void Dispose()
    {
        foreach (var watcher in File.Exists(_host["xl/watchers"]) ? File.ReadAllLines(_host["xl/watchers"]) : [])
        {
            using var process = Process.GetProcessById(int.Parse(watcher, CultureInfo.InvariantCulture));
            process.Kill();
        }

        _host.Dispose();
    }

    [Fact]
    public async Task A_host_tells_what_it_is_and_what_it_cannot_tell_is_recorded_as_unknown()
    {
        await _host.Run("measure", "boot");
        var hypervisor = (HypervisorContent)_host.Records()[1].Measurement;
        Assert.Equal(("xen", "4.17.7", BuildId, "dom0_mem=1G"), (hypervisor.Kind, hypervisor.Version, hypervisor.BuildId, hypervisor.CommandLine));
        Assert.Equal("sha256:" + await Sum("xen.gz"), hypervisor.ImageDigest.ToString());
        Assert.Equal([("kernel", "root=/dev/sda2"), ("initrd", "")], hypervisor.Modules.Select(module => (module.Name, module.CommandLine)));
        Assert.Equal("sha256:" + await Sum("vmlinuz"), hypervisor.Modules[0].Digest.ToString());
        Assert.Equal(
            [
                new("source", "xen"), new("boot-entry", "boot loader's log"), new("security-module", "dummy"),
                new("build-configuration", null, new MeasuredDigest(MeasuredDigest.Sha256, Convert.FromHexString(await Sum("xl/config")))), new HypervisorFact("live-patch"),
            ],
            hypervisor.Facts);
        var policy = (PolicyContent)_host.Records()[2].Measurement;
        Assert.Equal(("acm", false), (policy.Module, policy.Enforcing));

        File.Delete(_host["xen.gz"]);
        File.Delete(_host["xl/config"]);
        await _host.Run("measure", "boot");
        var again = (HypervisorContent)_host.Records()[3].Measurement;
        Assert.Equal(hypervisor.ImageDigest, again.ImageDigest);
        Assert.Equal(["security-module", "build-configuration", "live-patch"], again.Facts.Where(fact => fact.IsUnknown).Select(fact => fact.Name));
        Assert.True(await _host.Agree(_host.Records()));
    }

    [Fact]
    public async Task A_VM_is_made_but_paused_then_measured_and_recorded_and_only_then_run()
    {
        await _host.Run("measure", "boot");
        // The files are exchanged as soon as Xen has read them: what counts is what Xen was given.
        WriteMeanwhile($"echo evil > {_host["vmlinuz"]}.new; mv {_host["vmlinuz"]}.new {_host["vmlinuz"]}");
        var kernel = await Sum("vmlinuz");
        await _host.Run("vm", "start", _host["a.cfg"]);

        Assert.Equal(["list -l", "list -Z", "create -p", "list -l", "list -Z", "unpause 1"], Calls());
        Assert.Equal("kernel", await File.ReadAllTextAsync(_host["xl/given.kernel"], TestContext.Current.CancellationToken));
        var vm = (VmStartContent)_host.Records()[^1].Measurement;
        Assert.Equal("sha256:" + kernel, vm.KernelDigest.ToString());
        Assert.Equal("sha256:" + await Sum("initrd.img"), vm.InitrdDigest.ToString());
        Assert.Equal("sha256:" + await Sum("a.cfg"), vm.ConfigDigest.ToString());
        Assert.Equal(("Bank.A", true), (vm.Label, vm.Mutable));
        Assert.True(await _host.Agree(_host.Records()));
    }

    [Fact]
    public async Task V07_what_the_policy_forbids_is_destroyed_before_it_ran_and_observed_only_where_that_is_the_mode()
    {
        await _host.Run("measure", "boot");
        await _host.Run("vm", "start", _host["a.cfg"]);
        File.Delete(_host["xl/calls"]);
        var (code, output, _) = await _host.Try("vm", "start", _host["b.cfg"]);
        Assert.Equal(1, code);
        Assert.Contains("refused: b may not start: a runs as 'bank-a'", output, StringComparison.Ordinal);
        Assert.Equal(["list -l", "list -Z", "create -p", "list -l", "list -Z", "list -l", "list -Z", "destroy 2"], Calls());
        Assert.Equal("vm-start", _host.Records()[^1].Measurement.Type);
        Assert.Equal(4, _host.Records().Count);

        Configure("mode: observe");
        var (observed, _, errors) = await _host.Try("vm", "start", _host["b.cfg"]);
        Assert.Equal(0, observed);
        Assert.Contains("warning: b may not start", errors, StringComparison.Ordinal);
        Assert.Equal("unpause 3", Calls()[^1]);
    }

    [Fact]
    public async Task V01_a_disk_that_was_exchanged_while_its_VM_was_made_is_refused_and_the_VM_destroyed()
    {
        await _host.Run("measure", "boot");
        WriteMeanwhile($"cp {_host["disk.img"]} {_host["disk.img"]}.new; mv {_host["disk.img"]}.new {_host["disk.img"]}");
        var (code, _, errors) = await _host.Try("vm", "start", _host["a.cfg"]);
        Assert.Equal(3, code);
        Assert.Contains("disk.img: ", errors, StringComparison.Ordinal);
        Assert.Equal("destroy 1", Calls()[^1]);
        Assert.Equal(3, _host.Records().Count);
    }

    [Fact]
    public async Task V05_a_label_that_the_hypervisor_does_not_give_is_refused_and_one_that_nobody_enforces_is_said_so()
    {
        await _host.Run("measure", "boot");
        Write("labelled", 'd', "# shype.label: Shop.Web\nseclabel = 'system_u:system_r:domU_t'");
        await File.WriteAllTextAsync(_host["xl/label"], "system_u:system_r:prot_domU_t", TestContext.Current.CancellationToken);
        var (code, output, _) = await _host.Try("vm", "start", _host["labelled.cfg"]);
        Assert.Equal(1, code);
        Assert.Contains("its configuration says label 'system_u:system_r:domU_t', and the hypervisor gave it 'system_u:system_r:prot_domU_t'", output, StringComparison.Ordinal);
        Assert.Equal("destroy 1", Calls()[^1]);

        File.Delete(_host["xl/label"]);
        var (unlabelled, _, errors) = await _host.Try("vm", "start", _host["labelled.cfg"]);
        Assert.Equal(0, unlabelled);
        Assert.Contains("this hypervisor gives no labels: the gate is all that keeps it", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task V04_what_runs_without_a_start_on_record_is_a_gap_and_what_is_gone_has_stopped()
    {
        await _host.Run("measure", "boot");
        await _host.Run("vm", "start", _host["a.cfg"]);
        File.Delete(_host["xl/domains/1"]);
        await File.WriteAllTextAsync(_host["xl/domains/7"], "stranger 00000000-0000-0000-0000-00000000000c running\n", TestContext.Current.CancellationToken);

        var (code, _, errors) = await _host.Try("vm", "check");
        Assert.Equal(1, code);
        Assert.Contains("stranger 00000000-0000-0000-0000-00000000000c runs, and no record says that it started", errors, StringComparison.Ordinal);
        Assert.Equal(["vm-start", "vm-stop", "gap", "vm-start"], _host.Records().Skip(3).Select(record => record.Measurement.Type));
        Assert.Equal("checked: what runs is what the log says", (await _host.Run("vm", "check")).Trim());
        Assert.True(await _host.Agree(_host.Records()));
    }

    [Fact]
    public async Task V04_a_gate_that_is_killed_before_it_recorded_leaves_a_paused_VM_that_is_noticed()
    {
        await _host.Run("measure", "boot");
        WriteMeanwhile("kill -9 $1");
        Assert.NotEqual(0, (await _host.Try("vm", "start", _host["a.cfg"])).Code);
        Assert.Contains("paused", await File.ReadAllTextAsync(_host["xl/domains/1"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(1, (await _host.Try("vm", "check")).Code);
        Assert.Equal(["gap", "vm-start"], _host.Records().TakeLast(2).Select(record => record.Measurement.Type));
    }

    [Theory]
    [InlineData("create")]
    [InlineData("unpause")]
    public async Task A_VM_that_xl_cannot_make_or_run_is_not_left_and_not_on_record_as_running(string verb)
    {
        await _host.Run("measure", "boot");
        await File.WriteAllTextAsync(_host["xl/fail"], verb, TestContext.Current.CancellationToken);
        var (code, _, errors) = await _host.Try("vm", "start", _host["a.cfg"]);
        Assert.Equal(3, code);
        Assert.Contains($"xl {verb}: libxl: error: libxl_create.c:1234: the stand-in was told to fail", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_host["xl/domains"]) && Directory.EnumerateFiles(_host["xl/domains"]).Any());
        Assert.DoesNotContain(_host.Records().TakeLast(1), record => record.Measurement is VmStartContent);
    }

    private void Configure(string settings = "") => _host.WithoutManifest($"""
        host: {"{"}sys: sys, proc: proc, boot: /, xl: xl/xl, xenhypfs: xl/xl, xen-livepatch: xl/none{"}"}
        {settings}
        """);

    private void Write(string name, char digit, string text) => File.WriteAllText(
        _host[$"{name}.cfg"], $"name = \"{name}\"\nuuid = \"00000000-0000-0000-0000-00000000000{digit}\"\ntype = \"pvh\"\n{text}\n");

    private void WriteMeanwhile(string commands)
    {
        File.WriteAllText(_host["xl/meanwhile"], $"#!/bin/sh\n{commands}\n");
        File.SetUnixFileMode(_host["xl/meanwhile"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private IReadOnlyList<string> Calls() =>
        [.. File.ReadAllLines(_host["xl/calls"]).Where(call => call is not ("info" or "getenforce" or "cat /buildinfo/config"))];

    private async Task<string> Sum(string file) => (await Tool.Run(null, "sha256sum", _host[file])).Split(' ')[0];
}
