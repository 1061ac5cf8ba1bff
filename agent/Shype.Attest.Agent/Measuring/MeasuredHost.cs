using Shype.Attest.Isolation;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Measuring;

/// <summary>What the log says about this boot: what was measured, and what runs.</summary>
public sealed class MeasuredHost
{
    private readonly Dictionary<Guid, VmRunContent> _running = [];
    private readonly List<EnforcementEvent> _events = [];
    private readonly List<GapContent> _gaps = [];

    private int _records;

    private MeasuredHost()
    {
    }

    /// <summary>The newest boot record: which agent went on with the log last.</summary>
    public BootContent? Boot { get; private set; }

    /// <summary>The newest hypervisor record.</summary>
    public HypervisorContent? Hypervisor { get; private set; }

    /// <summary>The policy in force.</summary>
    public PolicyStateContent? Policy { get; private set; }

    /// <summary>What runs, by uuid.</summary>
    public IReadOnlyDictionary<Guid, VmRunContent> Running => _running;

    /// <summary>Every start and stop since boot, as the decision engine takes them.</summary>
    public IReadOnlyList<EnforcementEvent> Events => _events;

    /// <summary>What the log admits to have missed.</summary>
    public IReadOnlyList<GapContent> Gaps => _gaps;

    /// <summary>Reads the records of a log from its start.</summary>
    public static MeasuredHost Of(IReadOnlyList<CelRecord> records)
    {
        var host = new MeasuredHost();
        host.Follow(records);
        return host;
    }

    /// <summary>Reads on, from the record after the last that was read.</summary>
    public void Follow(IReadOnlyList<CelRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        for (; _records < records.Count; _records++)
        {
            Add(records[_records].Measurement);
        }
    }

    private void Add(MeasurementContent content)
    {
        switch (content)
        {
            case BootContent boot:
                Boot = boot;
                break;
            case HypervisorContent hypervisor:
                Hypervisor = hypervisor;
                break;
            case PolicyStateContent policy:
                Policy = policy;
                break;
            case VmRunContent vm:
                _running[vm.Uuid] = vm;
                _events.Add(new VmStarts(new RunningVm(vm.Uuid, vm.Name, vm.Label)));
                break;
            case VmEndContent vm:
                _running.Remove(vm.Uuid);
                _events.Add(new VmStops(vm.Uuid));
                break;
            case GapContent gap:
                _gaps.Add(gap);
                break;
        }
    }
}
