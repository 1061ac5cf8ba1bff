using System.Collections.Immutable;
using System.Security.Cryptography;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Acm.Binary;
using Shype.Attest.Isolation.Flask;
using Shype.Attest.Isolation.Flask.Guarantees;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Inputs;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Demands;

/// <summary>What the agent's records say beside what happened: the module, the policies, how whole the log is, and what each VM started from.</summary>
public static class LoggedEvidence
{
    /// <summary>The evidence of a policy and the log of a boot; there is no quote with it.</summary>
    public static IsolationEvidence Of(AcmPolicy policy, IReadOnlyList<LoggedContent> records)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(records);
        return Of(records, LoggedHistory.Of(policy, records));
    }

    /// <summary>The same with a history that was made of the records already.</summary>
    internal static IsolationEvidence Of(IReadOnlyList<LoggedContent> records, IsolationHistory history)
    {
        var policy = history.Policy;
        return new(policy, history)
        {
            Module = ModuleOf(records),
            Policies = new(PoliciesOf(records))
            {
                Texts = ImmutableDictionary<string, AcmPolicy>.Empty.Add(new MeasuredDigest(MeasuredDigest.Sha256, policy.CanonicalDigest.AsSpan()).ToString(), policy),
            },
            Log = StandingOf(records),
            Starts = StartsOf(records),
        };
    }

    /// <summary>The same under a binary policy for Xen, whose file has this digest.</summary>
    public static FlaskEvidence Of(FlaskPolicy policy, string file, IReadOnlyList<LoggedContent> records)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(records);
        return Of(policy, file, records, LoggedHistory.UnderFlask(file, records));
    }

    /// <summary>The same with a history that was made of the records already.</summary>
    internal static FlaskEvidence Of(FlaskPolicy policy, string file, IReadOnlyList<LoggedContent> records, FlaskHistory history)
    {
        return new(policy)
        {
            File = file,
            History = history,
            Module = ModuleOf(records),
            Policies = PoliciesOf(records),
        };
    }

    /// <summary>The evidence with what can be known of the policy's file: its digest, and the binary forms that are made of it.</summary>
    public static IsolationEvidence WithFile(IsolationEvidence evidence, ReadOnlySpan<byte> file)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return evidence.Policies is { } trail ? evidence with { Policies = trail with { File = DigestOf(file), Compiled = CompiledOf(evidence.Policy, file) } } : evidence;
    }

    /// <summary>The evidence with what an operator called good.</summary>
    public static IsolationEvidence With(IsolationEvidence evidence, ReferenceSet references)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(references);
        return evidence with
        {
            References = [.. references.Document.Vms.Select(ReferenceOf)],
            Policies = evidence.Policies is { } trail ? trail with { Authorised = [.. references.Document.Policies.Select(policy => policy.CanonicalDigest.ToString())] } : null,
        };
    }

    /// <summary>Digests of the binary forms that a policy's file compiles to: as Xen's tools made them, and with the hash of the XML left out.</summary>
    internal static ImmutableHashSet<string> CompiledOf(AcmPolicy policy, ReadOnlySpan<byte> file) =>
        [DigestOf(AcmBinary.Compile(policy, XmlPolicyHash.OfDocument(file)).Encode()), DigestOf(AcmBinary.Compile(policy, XmlPolicyHash.OfFile(file)).Encode()), DigestOf(AcmBinary.Compile(policy, []).Encode())];

    /// <summary>A digest as records show it.</summary>
    public static string DigestOf(ReadOnlySpan<byte> bytes) => new MeasuredDigest(MeasuredDigest.Sha256, SHA256.HashData(bytes)).ToString();

    private static ImageReference ReferenceOf(VmReference vm) => new(
        vm.Name,
        vm.Uuid,
        vm.Label,
        [.. Part("kernel", vm.Kernel), .. Part("initrd", vm.Initrd), .. Part("firmware", vm.Firmware), .. vm.Disks.Select(disk => new MeasuredImage($"disk {disk.Name}", disk.Digest?.ToString()))])
    {
        Config = vm.Config?.ToString(),
        MayBeMutable = vm.MayBeMutable,
    };

    private static LogStanding StandingOf(IReadOnlyList<LoggedContent> records)
    {
        return new(records is [{ Content: BootContent }, ..])
        {
            Gaps = [.. records.Where(record => record.Content is GapContent).Select(record => new LogBreak(record.Record, ((GapContent)record.Content).Reason))],
        };
    }

    private static ModuleStatement? ModuleOf(IReadOnlyList<LoggedContent> records) =>
        records.LastOrDefault(record => record.Content is PolicyStateContent) is { Content: PolicyStateContent policy, Record: var record }
            ? ModuleOf(record, policy, records.Select(one => one.Content).OfType<HypervisorContent>().LastOrDefault())
            : null;

    /// <summary>What a policy's record and that of the hypervisor say of the module that keeps labels apart.</summary>
    internal static ModuleStatement ModuleOf(ulong record, PolicyStateContent policy, HypervisorContent? hypervisor) => new(record, policy.Module, policy.Enforcing)
    {
        HypervisorKind = hypervisor?.Kind,
        HypervisorVersion = hypervisor?.Version,
        CommandLine = hypervisor?.CommandLine,
    };

    private static ImmutableArray<MeasuredPolicy> PoliciesOf(IReadOnlyList<LoggedContent> records) =>
        [.. records.Where(record => record.Content is PolicyStateContent).Select(record => PolicyOf(record.Record, (PolicyStateContent)record.Content))];

    /// <summary>A policy as its record measured it.</summary>
    internal static MeasuredPolicy PolicyOf(ulong record, PolicyStateContent policy) => new(record, policy.Module, policy.Enforcing)
    {
        Active = policy.ActiveDigest?.ToString(),
        Source = policy.SourceDigest?.ToString(),
        Canonical = policy.CanonicalDigest?.ToString(),
        IsChange = policy is PolicyChangeContent,
        Previous = (policy as PolicyChangeContent)?.PreviousDigest?.ToString(),
    };

    // A disk that is attached later is among what a VM runs from.
    private static ImmutableArray<VmIdentity> StartsOf(IReadOnlyList<LoggedContent> records)
    {
        var starts = ImmutableArray.CreateBuilder<VmIdentity>();
        var last = new Dictionary<Guid, int>();
        foreach (var record in records)
        {
            switch (record.Content)
            {
                case VmRunContent vm:
                    last[vm.Uuid] = starts.Count;
                    starts.Add(StartOf(record.Record, vm));
                    break;
                case ResourceAttachContent { Kind: "disk" } disk when last.TryGetValue(disk.Uuid, out var index):
                    starts[index] = starts[index] with { Images = starts[index].Images.Add(new($"disk {disk.Name}", disk.Digest?.ToString())) };
                    break;
            }
        }

        return starts.ToImmutable();
    }

    private static VmIdentity StartOf(ulong record, VmRunContent vm) => new(record, new RunningVm(vm.Uuid, vm.Name, vm.Label), vm.ConfigDigest.ToString())
    {
        Images = [.. Part("kernel", vm.KernelDigest), .. Part("initrd", vm.InitrdDigest), .. Part("firmware", vm.FirmwareDigest), .. vm.Disks.Select(disk => new MeasuredImage($"disk {disk.Name}", disk.Digest?.ToString()))],
        Mutable = vm.Mutable,
        FromHost = (vm as MigrateInContent)?.FromHost,
        VtpmKey = vm.VtpmEkName is { } name ? Convert.ToHexStringLower(name) : null,
    };

    private static IEnumerable<MeasuredImage> Part(string part, MeasuredDigest? digest) => digest is { } measured ? [new(part, measured.ToString())] : [];
}
