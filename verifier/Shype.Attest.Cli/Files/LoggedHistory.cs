using System.Collections.Immutable;
using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flask.Guarantees;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Cli.Files;

/// <summary>Reads from the agent's records what the isolation rules are asked about, and what keeps the records from telling all.</summary>
public static class LoggedHistory
{
    /// <summary>The history of a boot that ran under this policy.</summary>
    public static IsolationHistory Of(AcmPolicy policy, IReadOnlyList<CelRecord> records)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(records);
        var (events, gap) = Read(records, state => Is(policy, state));
        return new IsolationHistory(policy, events, gap) { PolicyChangedAt = records.FirstOrDefault(record => record.Measurement is PolicyChangeContent)?.RecordNumber };
    }

    /// <summary>The history of a boot that ran under the FLASK policy whose file has this digest.</summary>
    public static FlaskHistory UnderFlask(string file, IReadOnlyList<CelRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        var (events, gap) = Read(records, state => state.Module == "flask" && state.ActiveDigest?.ToString() == file);
        return new(events, gap);
    }

    private static (ImmutableArray<LoggedEvent> Events, string? Gap) Read(IReadOnlyList<CelRecord> records, Func<PolicyStateContent, bool> isPolicy)
    {
        var events = ImmutableArray.CreateBuilder<LoggedEvent>();
        var gap = records is [{ Measurement: BootContent }, ..] ? null : "the log does not begin with the boot";
        var measured = false;
        foreach (var record in records)
        {
            switch (record.Measurement)
            {
                case VmRunContent vm:
                    gap ??= measured ? null : $"record {record.RecordNumber} started a VM before any policy was measured";
                    Add(new VmStarts(new RunningVm(vm.Uuid, vm.Name, vm.Label)));
                    break;
                case VmEndContent vm:
                    Add(new VmStops(vm.Uuid));
                    break;
                case ResourceAttachContent resource:
                    Add(new ResourceAttaches(resource.Uuid, new Resource(resource.Kind, resource.Name, resource.Label)));
                    break;
                case ResourceContent resource:
                    Add(new ResourceDetaches(resource.Uuid, resource.Kind, resource.Name));
                    break;
                case PolicyStateContent state:
                    measured = true;
                    gap ??= isPolicy(state) ? null : $"the policy that record {record.RecordNumber} measured is not this one";
                    break;
                case GapContent missed:
                    gap ??= $"record {record.RecordNumber} says that measurements are missing: {missed.Reason}";
                    break;
                case BootContent or HypervisorContent:
                    break;
                default:
                    gap ??= $"record {record.RecordNumber} is of an unknown kind";
                    break;
            }

            void Add(EnforcementEvent happened) => events.Add(new(record.RecordNumber, happened));
        }

        return (events.ToImmutable(), gap ?? (measured ? null : "the log measured no policy"));
    }

    private static bool Is(AcmPolicy policy, PolicyStateContent measured) =>
        measured.CanonicalDigest is { } digest && digest.Kind == MeasuredDigest.Sha256 && digest.Value.SequenceEqual(policy.CanonicalDigest.AsSpan());
}
