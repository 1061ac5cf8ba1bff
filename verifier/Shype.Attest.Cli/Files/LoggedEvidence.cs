using System.Collections.Immutable;
using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flask;
using Shype.Attest.Isolation.Flask.Guarantees;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Inputs;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Cli.Files;

/// <summary>What the agent's records say beside what happened: the module, the policies, how whole the log is, and what each VM started from.</summary>
public static class LoggedEvidence
{
    /// <summary>The evidence of a policy and the log of a boot; there is no quote with it.</summary>
    public static IsolationEvidence Of(AcmPolicy policy, IReadOnlyList<CelRecord> records)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(records);
        return new(policy, LoggedHistory.Of(policy, records))
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
    public static FlaskEvidence Of(FlaskPolicy policy, string file, IReadOnlyList<CelRecord> records)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(records);
        return new(policy)
        {
            File = file,
            History = LoggedHistory.UnderFlask(file, records),
            Module = ModuleOf(records),
            Policies = PoliciesOf(records),
        };
    }

    private static LogStanding StandingOf(IReadOnlyList<CelRecord> records)
    {
        return new(records is [{ Measurement: BootContent }, ..])
        {
            Gaps = [.. records.Where(record => record.Measurement is GapContent).Select(record => new LogBreak(record.RecordNumber, ((GapContent)record.Measurement).Reason))],
        };
    }

    private static ModuleStatement? ModuleOf(IReadOnlyList<CelRecord> records)
    {
        var hypervisor = records.Select(record => record.Measurement).OfType<HypervisorContent>().LastOrDefault();
        return records.LastOrDefault(record => record.Measurement is PolicyStateContent) is { Measurement: PolicyStateContent policy } record
            ? new(record.RecordNumber, policy.Module, policy.Enforcing)
            {
                HypervisorKind = hypervisor?.Kind,
                HypervisorVersion = hypervisor?.Version,
                CommandLine = hypervisor?.CommandLine,
            }
            : null;
    }

    private static ImmutableArray<MeasuredPolicy> PoliciesOf(IReadOnlyList<CelRecord> records) =>
        [.. records.Where(record => record.Measurement is PolicyStateContent).Select(record => PolicyOf(record.RecordNumber, (PolicyStateContent)record.Measurement))];

    private static MeasuredPolicy PolicyOf(ulong record, PolicyStateContent policy) => new(record, policy.Module, policy.Enforcing)
    {
        Active = policy.ActiveDigest?.ToString(),
        Source = policy.SourceDigest?.ToString(),
        Canonical = policy.CanonicalDigest?.ToString(),
        IsChange = policy is PolicyChangeContent,
        Previous = (policy as PolicyChangeContent)?.PreviousDigest?.ToString(),
    };

    // A disk that is attached later is among what a VM runs from.
    private static ImmutableArray<VmIdentity> StartsOf(IReadOnlyList<CelRecord> records)
    {
        var starts = ImmutableArray.CreateBuilder<VmIdentity>();
        var last = new Dictionary<Guid, int>();
        foreach (var record in records)
        {
            switch (record.Measurement)
            {
                case VmRunContent vm:
                    last[vm.Uuid] = starts.Count;
                    starts.Add(StartOf(record.RecordNumber, vm));
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
