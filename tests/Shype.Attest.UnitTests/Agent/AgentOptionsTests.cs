using System.Runtime.Versioning;
using Shype.Attest.Agent.Configuration;
using Shype.Attest.Measurement;
using Shype.Attest.Tpm.Types;
using Shype.Attest.UnitTests.Measurement;
using Xunit;

namespace Shype.Attest.UnitTests.Agent;

/// <summary>agent.yaml: what it may say, and what is said back where it is wrong.</summary>
[SupportedOSPlatform("linux")]
public sealed class AgentOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_key_is_read_and_paths_are_from_the_files_folder()
    {
        var options = Read("""
            name: host-a
            tpm: {address: "swtpm:unix:/run/tpm.sock"}
            verifier: {url: https://verifier.example:8443, ca: pki/ca.pem}
            state: state
            log: logs/m.log
            firmware-log: fw.bin
            ima-log: ima.bin
            boot-id: /run/boot-id
            banks: [sha384, sha256]
            pcrs: {hypervisor: 8, policy: 9, vms: 14}
            ak: rsapss
            mode: observe
            manifest: manifest.yaml
            """);

        Assert.Equal("host-a", options.HostName);
        Assert.Equal("swtpm:unix:/run/tpm.sock", options.TpmAddress);
        Assert.Equal(new VerifierOptions(new Uri("https://verifier.example:8443"), _folder.File("pki/ca.pem")), options.Verifier);
        Assert.Equal(_folder.File("state"), options.State);
        Assert.Equal(_folder.File("logs/m.log"), options.Log);
        Assert.Equal(_folder.File("fw.bin"), options.FirmwareLog);
        Assert.Equal(_folder.File("ima.bin"), options.ImaLog);
        Assert.Equal("/run/boot-id", options.BootId);
        Assert.Equal([AlgorithmId.Sha256, AlgorithmId.Sha384], options.Banks);
        Assert.Equal(new PcrPlan(new PcrIndex(8), new PcrIndex(9), new PcrIndex(14)), options.Pcrs);
        Assert.Equal(AttestationKeyKind.RsaPss, options.AttestationKey);
        Assert.Equal(AgentMode.Observe, options.Mode);
        Assert.Equal(_folder.File("manifest.yaml"), options.Manifest);
    }

    [Fact]
    public void Without_a_word_the_gate_is_closed_and_the_kernels_own_files_are_read()
    {
        var options = Read("state: /var/lib/shype\nmanifest: m.yaml\n");

        Assert.Equal(AgentMode.Enforce, options.Mode);
        Assert.Equal("/dev/tpmrm0", options.TpmAddress);
        Assert.Equal("/proc/sys/kernel/random/boot_id", options.BootId);
        Assert.Equal("/sys/kernel/security/tpm0/binary_bios_measurements", options.FirmwareLog);
        Assert.Null(options.ImaLog);
        Assert.Equal("/var/lib/shype/measurements.log", options.Log);
        Assert.Equal(PcrPlan.Default, options.Pcrs);
        Assert.Equal([AlgorithmId.Sha256], options.Banks);
        Assert.Null(options.Verifier);
    }

    [Theory]
    [InlineData("state: s\nmanifest: m\nmood: enforce\n", "3:1: unknown key 'mood'")]
    [InlineData("state: s\nmanifest: m\ntpm:\n  adress: x\n", "4:3: unknown key 'adress'; known here: address")]
    [InlineData("state: s\nmanifest: m\nmode: permissive\n", "3:7: 'mode' is neither enforce nor observe")]
    [InlineData("state: s\nsource: manifest\n", "2:9: 'source' is manifest, and no 'manifest' is named")]
    [InlineData("state: s\nmanifest: m\nsource: xen\n", "3:9: 'source' asks the hypervisor, and a 'manifest' is named")]
    [InlineData("state: s\nmanifest: m\npolicy: p\n", "3:9: 'policy' stands in the manifest where there is one")]
    [InlineData("state: s\ndisk-digest: md5\n", "2:14: 'disk-digest' is neither sha256 nor fs-verity")]
    [InlineData("state: s\nhost: {xll: /x}\n", "2:8: unknown key 'xll'")]
    [InlineData("state: s\nstate: t\nmanifest: m\n", "2:1: key 'state' is there twice")]
    [InlineData("state: [a]\nmanifest: m\n", "1:8: 'state' is a list; text is needed")]
    [InlineData("state: ~\nmanifest: m\n", "1:8: 'state' is nothing; text is needed")]
    [InlineData("state: s\nmanifest: m\nbanks: [sha256, sha1]\n", "3:17: is not a bank that records use: sha256, sha384, sha512")]
    [InlineData("state: s\nmanifest: m\nbanks: [sha256, sha256]\n", "3:17: sha256 is there twice")]
    [InlineData("state: s\nmanifest: m\nbanks: []\n", "3:8: 'banks' is empty")]
    [InlineData("state: s\nmanifest: m\npcrs: {hypervisor: 16, policy: 12, vms: 13}\n", "3:20: 'hypervisor' is not a PCR that records may use")]
    [InlineData("state: s\nmanifest: m\npcrs: {hypervisor: \"11\", policy: 12, vms: 13}\n", "3:20: 'hypervisor' is '11'; a number is needed")]
    [InlineData("state: s\nmanifest: m\npcrs: {hypervisor: 99999999999, policy: 12, vms: 13}\n", "a number is needed")]
    [InlineData("state: s\nmanifest: m\nverifier: {url: \"http://v\", ca: c}\n", "3:17: 'url' is not https://HOST[:PORT]")]
    [InlineData("state: s\nmanifest: m\nverifier: {url: \"https://user:secret@v\", ca: c}\n", "3:17: 'url' is not https://HOST[:PORT]")]
    [InlineData("state: s\nmanifest: m\nverifier: {url: \"https://v/path\", ca: c}\n", "3:17: 'url' is not https://HOST[:PORT]")]
    [InlineData("state: s\nmanifest: m\nak: dsa\n", "3:5: 'ak' is none of rsassa, rsapss, ecdsa-p256, ecdsa-p384")]
    [InlineData("state: \"a\\0b\"\nmanifest: m\n", "1:8: 'state' holds U+0000")]
    [InlineData("state: \"a\\u202eb\"\nmanifest: m\n", "1:8: 'state' holds U+202E")]
    [InlineData("", "1:1: the file is empty")]
    [InlineData("- a\n", "1:1: the file is a list; a mapping is needed")]
    [InlineData("state: 'a\n", "1:8: not YAML:")]
    [InlineData("state: &a s\nmanifest: *a\n", "1:8: an anchor")]
    [InlineData("state: *a\n", "1:8: an alias")]
    [InlineData("state: !!str s\n", "1:8: an anchor (&name) or a tag (!name)")]
    [InlineData("state: !System.IO.FileInfo s\n", "1:8: an anchor (&name) or a tag (!name)")]
    [InlineData("{a: b}: c\n", "1:1: a key must be text")]
    [InlineData("state: s\n---\nstate: t\n", "2:1: a second document")]
    public void A_wrong_file_is_refused_with_line_and_column(string yaml, string expected)
    {
        Assert.StartsWith($"{_folder.File("agent.yaml")}:", Refuse(yaml), StringComparison.Ordinal);
        Assert.Contains(expected, Refuse(yaml), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_or_not_UTF8_says_so()
    {
        Assert.False(AgentOptions.TryRead(_folder.File("none.yaml"), out _, out var problem));
        Assert.StartsWith($"{_folder.File("none.yaml")}: cannot be read:", problem.ToString(), StringComparison.Ordinal);
        File.WriteAllBytes(_folder.File("agent.yaml"), [.. "name: a"u8, 0xff]);
        Assert.False(AgentOptions.TryRead(_folder.File("agent.yaml"), out _, out problem));
        Assert.Equal($"{_folder.File("agent.yaml")}: not UTF-8 at byte 7", problem.ToString());
    }

    [Fact]
    public void Each_bound_is_met_and_one_more_is_refused()
    {
        const string good = "state: s\nmanifest: m\n";
        Read(good + new string('#', (1024 * 1024) - good.Length - 1) + "\n");
        Assert.Contains("(MaxFileBytes)", Refuse(good + new string('#', 1024 * 1024)), StringComparison.Ordinal);
        Assert.Contains("unknown key 'x'", Refuse("x: " + new string('[', 7) + new string(']', 7) + "\n"), StringComparison.Ordinal);
        Assert.Contains("(MaxDepth)", Refuse("x: " + new string('[', 8) + new string(']', 8) + "\n"), StringComparison.Ordinal);
        Assert.Contains("(MaxDepth)", Refuse("x: " + new string('[', 100_000) + "\n"), StringComparison.Ordinal);
        Assert.Contains("unknown key 'x'", Refuse("x: [" + string.Join(',', Enumerable.Repeat("a", 65_533)) + "]\n"), StringComparison.Ordinal);
        Assert.Contains("(MaxNodes)", Refuse("x: [" + string.Join(',', Enumerable.Repeat("a", 65_534)) + "]\n"), StringComparison.Ordinal);
    }

    private AgentOptions Read(string yaml)
    {
        File.WriteAllText(_folder.File("agent.yaml"), yaml);
        Assert.True(AgentOptions.TryRead(_folder.File("agent.yaml"), out var options, out var problem), problem?.ToString());
        return options;
    }

    private string Refuse(string yaml)
    {
        File.WriteAllText(_folder.File("agent.yaml"), yaml);
        Assert.False(AgentOptions.TryRead(_folder.File("agent.yaml"), out _, out var problem), "accepted");
        return problem.ToString();
    }
}
