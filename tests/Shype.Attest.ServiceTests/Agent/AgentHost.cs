using System.Diagnostics;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Testing;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;
using Shype.Attest.TpmSim;
using Shype.Attest.TpmSim.Boot;
using Shype.Attest.TpmSim.Emulation;
using Shype.Attest.TpmSim.Manufacturing;
using Xunit;

namespace Shype.Attest.ServiceTests.Agent;

/// <summary>A host with a real TPM that booted, and the real agent, which runs as a process of its own.</summary>
internal sealed class AgentHost : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public AgentHost(CertificateAuthority? authority = null, string settings = "", IReadOnlyDictionary<string, ReadOnlyMemory<byte>>? ima = null)
    {
        var tpm = new EmulatorOptions { Folder = _scratch["tpm"], Patience = TimeSpan.FromSeconds(60) };
        if (authority is not null)
        {
            Manufacturer.Manufacture(tpm, authority);
        }

        File.Copy(Path.Combine(TestData.Root, "docs", "policies", "example.banks.xml"), this["policy.xml"]);
        File.Copy(Path.Combine(TestData.Root, "docs", "policies", "example.minimal.xml"), this["minimal.xml"]);
        File.WriteAllText(this["xen.gz"], "hypervisor");
        File.WriteAllText(this["disk.img"], "image");
        File.WriteAllText(this["vmlinuz"], "kernel");
        File.WriteAllText(this["initrd.img"], "initial file system");
        var platform = new PlatformOptions
        {
            Hypervisor = LoadedFile.Of(this["xen.gz"], "dom0_mem=1G"),
            Kernel = LoadedFile.Of(this["vmlinuz"], "root=/dev/sda2"),
            InitialFileSystem = LoadedFile.Of(this["initrd.img"]),
            Ima = ima,
        };
        Platform = RunningPlatform.PowerOn(new RunningPlatformOptions { Tpm = tpm, Platform = platform });
        WriteManifest();
        Configure(settings);
    }

    public RunningPlatform Platform { get; }

    public string this[string file] => _scratch[file];

    public string Log => this["state/measurements.log"];

    /// <summary>Writes agent.yaml: the usual settings, and what a test adds or replaces.</summary>
    public void Configure(string settings = "", string? tpm = null) => WriteSettings("manifest: manifest.yaml\n" + settings, tpm);

    /// <summary>Writes agent.yaml for a host whose hypervisor is asked, with a policy for the gate.</summary>
    public void WithoutManifest(string settings) => WriteSettings("policy: policy.xml\n" + settings, null);

    private void WriteSettings(string settings, string? tpm) => File.WriteAllText(this["agent.yaml"], $"""
        name: host-a
        tpm: {"{"}address: "{tpm ?? Platform.Tpm.Address}"{"}"}
        state: state
        boot-id: {Platform.BootIdPath}
        firmware-log: {Platform.EventLogPath}
        {settings}
        """);

    public void WriteManifest(string policy = "policy.xml", string hypervisorCommandLine = "dom0_mem=1G") => File.WriteAllText(this["manifest.yaml"], $"""
        hypervisor:
          kind: xen
          version: "4.17"
          image: xen.gz
          command-line: {hypervisorCommandLine}
          modules:
            - {"{"}name: kernel, file: vmlinuz, command-line: root=/dev/sda2{"}"}
            - {"{"}name: initrd, file: initrd.img{"}"}
        policy: {"{"}module: acm, file: {policy}, enforcing: true{"}"}
        vms:
          - {"{"}name: a, uuid: 00000000-0000-0000-0000-00000000000a, label: Bank.A, disks: [{"{"}name: xvda, file: disk.img, read-only: true{"}"}]{"}"}
          - {"{"}name: b, uuid: 00000000-0000-0000-0000-00000000000b, label: Bank.B, disks: [{"{"}name: xvda, file: disk.img, read-only: true{"}"}]{"}"}
          - {"{"}name: stranger, uuid: 00000000-0000-0000-0000-00000000000c, label: Nobody{"}"}
        """);

    /// <summary>What a service manager gives to the agent.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();

    /// <summary>Starts the agent.</summary>
    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(AgentProgram.Command[0], [.. AgentProgram.Command.Skip(1), "--config", this["agent.yaml"], .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs the agent to its end.</summary>
    public async Task<(int Code, string Output, string Errors)> Try(params string[] arguments)
    {
        using var process = Start(arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("   at ", await errors, StringComparison.Ordinal);
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>Runs the agent, which must succeed.</summary>
    public async Task<string> Run(params string[] arguments)
    {
        var (code, output, errors) = await Try(arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: exit {code}\n{output}{errors}");
        return output;
    }

    /// <summary>The log's records as they are on disk.</summary>
    public IReadOnlyList<CelRecord> Records()
    {
        using var tpm = new TpmClient(TpmConnection.Open(Platform.Tpm.Address));
        var resets = tpm.Execute(new ReadClockCommand()).Clock.ResetCount;
        using var log = MeasurementLogFile.Open(Log, new LogIdentity(File.ReadAllText(Platform.BootIdPath).Trim(), resets));
        Assert.Null(log.Torn);
        Assert.Null(log.Previous);
        return log.Records;
    }

    /// <summary>Whether the TPM's PCRs are exactly what the records explain, asked of tpm2-tools.</summary>
    public async Task<bool> Agree(IEnumerable<CelRecord> records, AlgorithmId bank = AlgorithmId.Sha256)
    {
        var explained = PcrBank.AtReset(bank);
        foreach (var record in records)
        {
            explained.Extend(record.Pcr, bank.Hash(record.Content.Span));
        }

        var found = (await Tool.Run(Platform.Tpm.Tcti, "tpm2_pcrread", bank.ToText() + ":11,12,13")).ToLowerInvariant();
        return Array.TrueForAll<int>([11, 12, 13], pcr => found.Contains($"{pcr}: 0x{Convert.ToHexStringLower(explained[new PcrIndex(pcr)])}", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        Platform.Dispose();
        _scratch.Dispose();
    }
}
