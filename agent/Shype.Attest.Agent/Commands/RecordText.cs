using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Agent.Commands;

/// <summary>Records in words.</summary>
internal static class RecordText
{
    public static RecordReport Report(CelRecord record) => new(
        record.RecordNumber,
        record.Pcr.Value,
        record.Measurement.Type,
        Of(record.Measurement),
        record.Digests.ToDictionary(digest => digest.Algorithm.ToText(), digest => Convert.ToHexStringLower(digest.Value.Span)));

    public static string Of(MeasurementContent content) => content switch
    {
        BootContent boot => $"agent {boot.AgentVersion} {boot.AgentDigest}, boot {boot.BootId}, PCRs {boot.Pcrs}, gate {(boot.Gate == GateMode.Enforce ? "enforces" : "observes")}",
        HypervisorContent hypervisor =>
            $"{hypervisor.Kind} {hypervisor.Version} {hypervisor.ImageDigest}{Quoted(hypervisor.CommandLine)}"
            + string.Concat(hypervisor.Modules.Select(module => $"\n  {module.Name} {module.Digest}{Quoted(module.CommandLine)}"))
            + string.Concat(hypervisor.Facts.Select(fact => $"\n  {fact.Name}: {(fact.IsUnknown ? "unknown" : $"{fact.Text} {fact.Digest}".Trim())}")),
        PolicyStateContent policy =>
            $"{policy.Module} {policy.Name} {policy.Version} {policy.CanonicalDigest}, {(policy.Enforcing ? "enforcing" : "not enforcing")}",
        VmRunContent vm =>
            $"{vm.Name} {vm.Uuid} {(vm.Label is null ? "without a label" : "as " + vm.Label)}, config {vm.ConfigDigest}"
            + Line("kernel", vm.KernelDigest) + Line("initrd", vm.InitrdDigest) + Line("firmware", vm.FirmwareDigest)
            + string.Concat(vm.Disks.Select(disk => $"\n  disk {disk.Name} {disk.Digest?.ToString() ?? "not measured"}{(disk.ReadOnly ? " read-only" : "")}"))
            + (vm.Mutable ? "\n  what was measured can still change: it is protected by nothing" : ""),
        VmEndContent vm => $"{vm.Uuid}: {vm.Reason}",
        GapContent gap => $"since {gap.Since:u}: {gap.Reason}",
        _ => "",
    };

    private static string Quoted(string commandLine) => commandLine.Length == 0 ? "" : $" '{commandLine}'";

    private static string Line(string name, MeasuredDigest? digest) => digest is { } value ? $"\n  {name} {value}" : "";
}
