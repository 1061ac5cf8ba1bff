using System.Collections.Immutable;
using System.Text;
using BenchmarkDotNet.Attributes;
using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flows;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;

namespace Shype.Attest.Bench;

/// <summary>P9: a policy of 1,000 labels and 250 conflict sets, 10,000 VMs that run; all guarantees from the log's events, one new record, and a log of 100,000.</summary>
[MemoryDiagnoser]
public class IsolationBench
{
    private const int Labels = 1000;
    private const int Vms = 10_000;
    private const int Sets = 250;

    private readonly AcmPolicy _policy = Policy();
    private readonly ImmutableArray<LoggedEvent> _starts;
    private readonly ImmutableArray<LoggedEvent> _long;
    private readonly EnforcementState _running;
    private readonly EnforcementEvent _new = new VmStarts(Vm(Vms));

    /// <summary>Events as a log tells them.</summary>
    public IsolationBench()
    {
        _starts = [.. Enumerable.Range(0, Vms).Select(i => new LoggedEvent((ulong)i, new VmStarts(Vm(i))))];
        // Everything stops and starts again, and gets a disk.
        _long = [.. Enumerable.Range(0, 100_000).Select(i => new LoggedEvent((ulong)i, (i % 3) switch
        {
            0 => new VmStarts(Vm(i / 3 % Vms)),
            1 => new ResourceAttaches(Vm(i / 3 % Vms).Uuid, new Resource("disk", "xvda", $"r{LabelOf(i / 3 % Vms)}")),
            _ => (EnforcementEvent)new VmStops(Vm(i / 3 % Vms).Uuid),
        }))];
        _running = StartReplay.Run(_policy, _starts.Select(start => start.Event)).End;
        _ = PolicyIsKept(Evidence(_starts));
    }

    /// <summary>G8 to G18 of 10,000 starts.</summary>
    [Benchmark]
    public bool AllGuaranteesFromScratch() => PolicyIsKept(Evidence(_starts));

    /// <summary>A new start is decided and taken into the state, 10,000 VMs running.</summary>
    [Benchmark]
    public object OneNewRecord() => Enforcement.Decide(_running, _new).Permitted ? Enforcement.Record(_running, _new) : throw new InvalidOperationException();

    /// <summary>The decisions of 100,000 records.</summary>
    [Benchmark]
    public bool ReplayOf100000() => StartReplay.Run(_policy, _long.Select(logged => logged.Event)).Holds ? true : throw new InvalidOperationException();

    /// <summary>64 demands of every kind against a log of 100,000 records.</summary>
    [Benchmark]
    public int Demands64Over100000()
    {
        var evidence = Evidence(_long);
        return Demands.Count(demand => DemandProof.Prove(evidence, demand).Now?.Verdict == GuaranteeVerdict.Violated);
    }

    // Of every kind that the log can refute, over labels far apart.
    private static IReadOnlyList<Demand> Demands { get; } =
    [
        .. Enumerable.Range(0, 12).SelectMany(i => (Demand[])
        [
            new NeverTogether([$"l{8 * i}", $"l{(8 * i) + 1}"]), new RunsAlone($"l{(8 * i) + 1}"), new OnlySharesWith($"l{8 * i}", []), new ResourceOnly($"r{8 * i}", [$"l{8 * i}"]),
            new NoFlow($"l{8 * i}", $"l{999 - i}", Transitively: true, ["host"]),
        ]),
        new NoFlow("r0", "l999", Transitively: true, ["host"]), new NoFlow("l0", "r999", Transitively: true, ["host"]), new GuaranteeHolds("G14"), new GuaranteeHolds("G16"),
    ];

    private IsolationEvidence Evidence(ImmutableArray<LoggedEvent> events) => new(_policy, new IsolationHistory(_policy, events, gap: null)) { Mediators = ["host"], Starts = [], References = [] };

    private static bool PolicyIsKept(IsolationEvidence evidence)
    {
        var graph = new FlowGraph(evidence.Policy, evidence.Mediators);
        Guarantee[] proven =
        [
            LabelTypes.Prove(evidence), KnownLabels.Prove(evidence), NoConflictNow.Prove(evidence), NoViolationEver.Prove(evidence),
            NoDirectFlow.Prove(evidence, graph, "l4", "l999"), NoPossibleFlow.Prove(evidence, graph, "l4", "l999"), NoActualFlow.Prove(evidence, "l4", "l999"),
            FewMediators.Prove(evidence with { Mediators = [.. evidence.Policy.VmLabels.Select(label => label.Name)] }),
            ResourceAccess.Prove(evidence), ExclusiveDevices.Prove(evidence), HostAuthorisation.Prove(evidence),
        ];
        return proven.All(guarantee => guarantee.Verdict == GuaranteeVerdict.Holds) ? true : throw new InvalidOperationException(proven.First(guarantee => guarantee.Verdict != GuaranteeVerdict.Holds).Sentence);
    }

    private static RunningVm Vm(int number) => new(new Guid(number, 0, 1, new byte[8]), $"vm{number}", $"l{LabelOf(number)}");

    // Of the labels that conflict in pairs only the even ones run.
    private static int LabelOf(int vm) => vm % Labels is var label && label < 2 * Sets ? label & ~1 : label;

    // Label i holds type i and that of its neighbour in a group of four, so that flows are transitive within groups.
    private static AcmPolicy Policy()
    {
        var types = string.Concat(Enumerable.Range(0, Labels).Select(i => $"<Type>t{i}</Type>"));
        var sets = string.Concat(Enumerable.Range(0, Sets).Select(i => $"<Conflict name=\"s{i}\"><Type>t{2 * i}</Type><Type>t{(2 * i) + 1}</Type></Conflict>"));
        var labels = string.Concat(Enumerable.Range(0, Labels).Select(i =>
            $"<VirtualMachineLabel><Name>l{i}</Name><SimpleTypeEnforcementTypes><Type>t{i}</Type>{(i % 4 == 3 ? "" : $"<Type>t{i + 1}</Type>")}</SimpleTypeEnforcementTypes>"
            + $"<ChineseWallTypes><Type>t{i}</Type></ChineseWallTypes></VirtualMachineLabel>"));
        var resources = string.Concat(Enumerable.Range(0, Labels).Select(i => $"<ResourceLabel><Name>r{i}</Name><SimpleTypeEnforcementTypes><Type>t{i}</Type></SimpleTypeEnforcementTypes></ResourceLabel>"));
        var xml = $"<SecurityPolicyDefinition xmlns=\"http://www.ibm.com\"><PolicyHeader><PolicyName>large</PolicyName><Version>1.0</Version></PolicyHeader>"
            + $"<SimpleTypeEnforcement><SimpleTypeEnforcementTypes>{types}</SimpleTypeEnforcementTypes></SimpleTypeEnforcement>"
            + $"<ChineseWall priority=\"PrimaryPolicyComponent\"><ChineseWallTypes>{types}</ChineseWallTypes><ConflictSets>{sets}</ConflictSets></ChineseWall><SecurityLabelTemplate>"
            + $"<SubjectLabels bootstrap=\"host\"><VirtualMachineLabel><Name>host</Name><SimpleTypeEnforcementTypes>{types}</SimpleTypeEnforcementTypes></VirtualMachineLabel>{labels}</SubjectLabels>"
            + $"<ObjectLabels>{resources}</ObjectLabels></SecurityLabelTemplate></SecurityPolicyDefinition>";
        return AcmXml.TryParse(Encoding.UTF8.GetBytes(xml), out var policy, out var problems) ? policy : throw new InvalidOperationException(problems[0].ToString());
    }
}
