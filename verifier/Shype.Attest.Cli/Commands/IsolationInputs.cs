using System.Security.Cryptography;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Cli.Files;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Acm.Binary;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Inputs;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Cli.Commands;

/// <summary>The files that a proof is made from, read.</summary>
internal static class IsolationInputs
{
    public static AcmPolicy PolicyOf(string name, byte[] bytes) =>
        AcmXml.TryParse(bytes, out var policy, out var problems) ? policy : throw CommandException.Unusable($"{name}: {problems[0]}");

    public static async Task<IReadOnlyList<CelRecord>> ReadLogAsync(Surroundings surroundings, string path, CancellationToken cancellationToken)
    {
        var bytes = await InputFile.ReadAsync(surroundings, path, MaxLogBytes, cancellationToken);
        return AgentLogReport.TryReadRecords(bytes, out var records, out var problem) ? records : throw CommandException.Unusable($"{InputFile.NameOf(path)}: {problem}");
    }

    public static async Task<ReferenceSet> ReadReferencesAsync(Surroundings surroundings, string path, CancellationToken cancellationToken)
    {
        var bytes = await InputFile.ReadAsync(surroundings, path, Appraisal.AppraisalLimits.MaxReferenceBytes, cancellationToken);
        return ReferenceSet.TryRead(bytes, out var references, out var problem) ? references : throw CommandException.Unusable($"{InputFile.NameOf(path)}: {problem}");
    }

    /// <summary>What can be known of a policy's file: its digest, and the binary forms that are made of it: as Xen's tools did, and with the hash of the XML left out.</summary>
    public static PolicyTrail WithFile(PolicyTrail trail, AcmPolicy policy, byte[] file) => trail with
    {
        File = DigestOf(file),
        Compiled = [DigestOf(AcmBinary.Compile(policy, XmlPolicyHash.OfDocument(file)).Encode()), DigestOf(AcmBinary.Compile(policy, XmlPolicyHash.OfFile(file)).Encode()), DigestOf(AcmBinary.Compile(policy, []).Encode())],
    };

    /// <summary>The evidence with what an operator called good.</summary>
    public static IsolationEvidence With(IsolationEvidence evidence, ReferenceSet references) => evidence with
    {
        References = [.. references.Document.Vms.Select(ReferenceOf)],
        Policies = evidence.Policies is { } trail ? trail with { Authorised = [.. references.Document.Policies.Select(policy => policy.CanonicalDigest.ToString())] } : null,
    };

    private static ImageReference ReferenceOf(VmReference vm) => new(
        vm.Name,
        vm.Uuid,
        vm.Label,
        [.. Part("kernel", vm.Kernel), .. Part("initrd", vm.Initrd), .. Part("firmware", vm.Firmware), .. vm.Disks.Select(disk => new MeasuredImage($"disk {disk.Name}", disk.Digest?.ToString()))])
    {
        Config = vm.Config?.ToString(),
        MayBeMutable = vm.MayBeMutable,
    };

    private static IEnumerable<MeasuredImage> Part(string part, MeasuredDigest? digest) => digest is { } known ? [new(part, known.ToString())] : [];

    public static string DigestOf(ReadOnlySpan<byte> bytes) => new MeasuredDigest(MeasuredDigest.Sha256, SHA256.HashData(bytes)).ToString();

    private const int MaxLogBytes = 256 * 1024 * 1024;
}
