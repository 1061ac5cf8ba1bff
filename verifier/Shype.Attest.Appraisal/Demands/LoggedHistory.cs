using System.Collections.Immutable;
using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flask.Guarantees;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Demands;

/// <summary>Reads from the agent's records what the isolation rules are asked about, and what keeps the records from telling all.</summary>
public static class LoggedHistory
{
    /// <summary>The history of a boot that ran under this policy.</summary>
    public static IsolationHistory Of(AcmPolicy policy, IReadOnlyList<LoggedContent> records)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(records);
        var (events, gap) = Read(records, state => Is(policy, state));
        return new IsolationHistory(policy, events, gap) { PolicyChangedAt = ChangeIn(records) };
    }

    /// <summary>The history of a boot that ran under the FLASK policy whose file has this digest.</summary>
    public static FlaskHistory UnderFlask(string file, IReadOnlyList<LoggedContent> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        var (events, gap) = Read(records, state => state.Module == "flask" && state.ActiveDigest?.ToString() == file);
        return new(events, gap);
    }

    /// <summary>The history of a boot whose policies somebody else has looked at.</summary>
    /// <param name="policy">The policy in force.</param>
    /// <param name="records">The records that are left, those of what runs among them.</param>
    /// <param name="doubt">Why not even what runs is known.</param>
    /// <param name="lost">Why what is over is not all here.</param>
    internal static IsolationHistory Of(AcmPolicy policy, IReadOnlyList<LoggedContent> records, string? doubt, string? lost)
    {
        var (events, gap) = Read(records, _ => true);
        return new(policy, events, doubt ?? gap ?? lost) { Doubt = doubt ?? gap, PolicyChangedAt = ChangeIn(records) };
    }

    /// <summary>The same under a FLASK policy.</summary>
    internal static FlaskHistory UnderFlask(IReadOnlyList<LoggedContent> records, string? doubt, string? lost)
    {
        var (events, gap) = Read(records, _ => true);
        return new(events, doubt ?? gap ?? lost) { Doubt = doubt ?? gap };
    }

    private static ulong? ChangeIn(IReadOnlyList<LoggedContent> records) =>
        records.FirstOrDefault(record => record.Content is PolicyChangeContent) is { Content: not null, Record: var changed } ? changed : null;

    private static (ImmutableArray<LoggedEvent> Events, string? Gap) Read(IReadOnlyList<LoggedContent> records, Func<PolicyStateContent, bool> isPolicy)
    {
        var events = ImmutableArray.CreateBuilder<LoggedEvent>();
        var gap = records is [{ Content: BootContent }, ..] ? null : "the log does not begin with the boot";
        var measured = false;
        foreach (var record in records)
        {
            switch (record.Content)
            {
                case VmRunContent vm:
                    gap ??= measured ? null : $"record {record.Record} started a VM before any policy was measured";
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
                    gap ??= isPolicy(state) ? null : $"the policy that record {record.Record} measured is not this one";
                    break;
                case GapContent missed:
                    gap ??= $"record {record.Record} says that measurements are missing: {missed.Reason}";
                    break;
                case BootContent or HypervisorContent:
                    break;
                default:
                    gap ??= $"record {record.Record} is of an unknown kind";
                    break;
            }

            void Add(EnforcementEvent happened) => events.Add(new(record.Record, happened));
        }

        return (events.ToImmutable(), gap ?? (measured ? null : "the log measured no policy"));
    }

    private static bool Is(AcmPolicy policy, PolicyStateContent measured) =>
        measured.CanonicalDigest is { } digest && digest.Kind == MeasuredDigest.Sha256 && digest.Value.SequenceEqual(policy.CanonicalDigest.AsSpan());
}
