using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.References;

/// <summary>What the JSON grammar cannot say about a reference document.</summary>
internal static class ReferenceRules
{
    public static ProtocolProblem? Check(ReferenceDocument document) =>
        CheckCount(document.Hypervisors.Count, "$.hypervisors", AppraisalLimits.MaxReferences, nameof(AppraisalLimits.MaxReferences))
        ?? CheckCount(document.Agents.Count, "$.agents", AppraisalLimits.MaxReferences, nameof(AppraisalLimits.MaxReferences))
        ?? CheckCount(document.Policies.Count, "$.policies", AppraisalLimits.MaxReferences, nameof(AppraisalLimits.MaxReferences))
        ?? CheckCount(document.FlaskPolicies.Count, "$.flaskPolicies", AppraisalLimits.MaxReferences, nameof(AppraisalLimits.MaxReferences))
        ?? CheckCount(document.Vms.Count, "$.vms", AppraisalLimits.MaxReferences, nameof(AppraisalLimits.MaxReferences))
        ?? CheckText(document.Description, "$.description")
        ?? First(document.Hypervisors, "$.hypervisors", Check)
        ?? First(document.Agents, "$.agents", (agent, at) => CheckName(agent.Name, at + ".name"))
        ?? First(document.Policies, "$.policies", Check)
        ?? First(document.FlaskPolicies, "$.flaskPolicies", Check)
        ?? First(document.Vms, "$.vms", Check)
        ?? CheckCount(document.Pcrs.Count, "$.pcrs", AppraisalLimits.MaxReferences, nameof(AppraisalLimits.MaxReferences))
        ?? First(document.Pcrs, "$.pcrs", Check)
        ?? CheckCount(document.DemandedPcrs.Count, "$.demandedPcrs", PcrIndex.Count, nameof(PcrIndex))
        ?? First(document.DemandedPcrs, "$.demandedPcrs", CheckPcr);

    private static ProtocolProblem? Check(PcrReference reference, string path) =>
        CheckName(reference.Name, path + ".name")
        ?? CheckPcr(reference.Pcr, path + ".pcr")
        ?? (reference.Digests.Count is 0 or > MaxBanks ? new ProtocolProblem(path + ".digests", 0, $"{reference.Digests.Count} digests; 1 to {MaxBanks} are possible") : null)
        ?? First(reference.Digests, path + ".digests", (digest, at) =>
            digest.Kind is MeasuredDigest.Sha256 or MeasuredDigest.Sha384 or MeasuredDigest.Sha512 ? null : new ProtocolProblem(at, 0, "no PCR bank has digests of this kind"))
        ?? (reference.Digests.DistinctBy(digest => digest.Kind, StringComparer.Ordinal).Count() == reference.Digests.Count
            ? null
            : new ProtocolProblem(path + ".digests", 0, "two values for one bank; alternatives are entries of their own"));

    private static ProtocolProblem? CheckPcr(int pcr, string path) =>
        pcr is >= 0 and < PcrIndex.Count ? null : new ProtocolProblem(path, 0, $"{pcr} is no PCR, 0 to {PcrIndex.Count - 1} are");

    private static ProtocolProblem? Check(HypervisorReference hypervisor, string path) =>
        CheckName(hypervisor.Name, path + ".name")
        ?? CheckName(hypervisor.Kind, path + ".kind")
        ?? (hypervisor.SecurityModule is null or "flask" or "silo" or "dummy" ? null : new ProtocolProblem(path + ".securityModule", 0, "flask, silo or dummy is needed"))
        ?? CheckText(hypervisor.BuildId, path + ".buildId")
        ?? CheckText(hypervisor.CommandLine, path + ".commandLine")
        ?? CheckCount(hypervisor.Modules.Count, path + ".modules", AppraisalLimits.MaxReferenceParts, nameof(AppraisalLimits.MaxReferenceParts))
        ?? First(hypervisor.Modules, path + ".modules", (module, at) => CheckName(module.Name, at + ".name") ?? CheckText(module.CommandLine, at + ".commandLine"));

    private static ProtocolProblem? Check(PolicyReference policy, string path) =>
        CheckName(policy.Name, path + ".name")
        ?? (policy.CanonicalDigest.Kind == MeasuredDigest.Sha256
            ? null
            : new ProtocolProblem(path + ".canonicalDigest", 0, "the canonical digest of a policy is a sha256 (docs/policy-digest.md)"));

    private static ProtocolProblem? Check(FlaskPolicyReference policy, string path) =>
        CheckName(policy.Name, path + ".name")
        ?? (policy.FileDigest.Kind == MeasuredDigest.Sha256 ? null : new ProtocolProblem(path + ".fileDigest", 0, "the digest of a binary policy is a sha256"));

    private static ProtocolProblem? Check(VmReference vm, string path) =>
        CheckName(vm.Name, path + ".name")
        ?? CheckText(vm.Label, path + ".label")
        ?? CheckCount(vm.Disks.Count, path + ".disks", AppraisalLimits.MaxReferenceParts, nameof(AppraisalLimits.MaxReferenceParts))
        ?? First(vm.Disks, path + ".disks", (disk, at) => CheckName(disk.Name, at + ".name"))
        ?? (vm.Disks.DistinctBy(disk => disk.Name, StringComparer.Ordinal).Count() == vm.Disks.Count
            ? null
            : new ProtocolProblem(path + ".disks", 0, "a disk is there twice"));

    private static ProtocolProblem? CheckName(string name, string path) =>
        name.Length == 0 ? new ProtocolProblem(path, 0, "is empty") : CheckText(name, path);

    private static ProtocolProblem? CheckText(string? text, string path) =>
        text is null ? null
        : text.Length > AppraisalLimits.MaxReferenceText
            ? new ProtocolProblem(path, 0, $"{text.Length} characters, {AppraisalLimits.MaxReferenceText} are allowed", nameof(AppraisalLimits.MaxReferenceText))
        : TextRules.IndexOfForbidden(text) is var index and >= 0
            ? new ProtocolProblem(path, 0, $"character U+{(int)text[index]:X4} is not allowed")
        : null;

    private static ProtocolProblem? CheckCount(int count, string path, int max, string limit) =>
        count <= max ? null : new ProtocolProblem(path, 0, $"{count} entries, {max} are allowed", limit);

    private static ProtocolProblem? First<T>(IReadOnlyList<T> list, string path, Func<T, string, ProtocolProblem?> check)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (check(list[i], $"{path}[{i}]") is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    // One of each kind that a bank can have.
    private const int MaxBanks = 3;
}
