using System.Collections.Immutable;
using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Inputs;
using Xunit;
using static Shype.Attest.UnitTests.Isolation.ModelTests;

namespace Shype.Attest.UnitTests.Isolation;

/// <summary>The guarantees that need more than a policy and events: each once with everything, once per piece that is missing, and once per thing that is wrong.</summary>
public class NumberedGuaranteeTests
{
    private static readonly string[] Sketch = ["ste a b n", "wall a b h", "set rivals a b", "vm host: a b n | h", "vm a: a | a", "vm b: b | b", "vm net: a n", "resource a: a", "resource n: n"];

    private static readonly AcmPolicy Policy = PolicySketch.Read("demo", "1.0", Sketch);

    private static readonly AcmPolicy Next = PolicySketch.Read("demo", "1.1", ["from demo 1.0", .. Sketch]);

    private static readonly VmIdentity First = new(1, new(Uuid(1), "one", "a"), "sha256:c1") { Images = [new("kernel", "sha256:k"), new("disk x", "sha256:d")], Domain = 1, LabelReadBack = "a", VtpmKey = "k1" };

    private static readonly VmIdentity Second = new(2, new(Uuid(2), "two", "net"), "sha256:c2") { Domain = 2, LabelReadBack = "net", VtpmKey = "k2" };

    private static readonly ImageReference FirstReference = new("one", null, "a", First.Images) { Config = First.Config };

    private static readonly ImageReference SecondReference = new("two", Uuid(2), "net", []) { Config = Second.Config };

    private static readonly IsolationEvidence Full = Of([First, Second]);

    [Fact]
    public void With_all_evidence_every_guarantee_holds_as_strongly_as_its_keeper() => Assert.All(GuaranteeProof.Ids, id =>
    {
        var proven = GuaranteeProof.Prove(Full with { Keeper = GuaranteeStrength.Gated }, id);
        Assert.True(proven.Verdict == GuaranteeVerdict.Holds, $"{id}: {proven.Sentence}");
        Assert.Equal((id, GuaranteeStrength.Gated, null, null), (proven.Id, proven.Strength, proven.Missing, proven.Witness));
    });

    [Fact]
    public void Without_a_log_only_what_the_policy_decides_holds()
    {
        var bare = new IsolationEvidence(Policy, null) { Mediators = ["host"] };
        Assert.Equal(["G7", "G8", "G12", "G13"], GuaranteeProof.Ids.Where(id => GuaranteeProof.Prove(bare, id).Verdict == GuaranteeVerdict.Holds));
        Assert.Equal(GuaranteeVerdict.Violated, GuaranteeProof.Prove(bare, "G15").Verdict);
        Assert.Equal(15, GuaranteeProof.Ids.Count(id => GuaranteeProof.Prove(bare, id).Missing is { Length: > 0 }));
        Assert.Throws<ArgumentException>(() => GuaranteeProof.Prove(bare, "G1"));
    }

    [Fact]
    public void With_a_gap_nothing_holds_that_speaks_of_the_log()
    {
        var evidence = Full with { History = new(Policy, Full.History!.Events, "crash") };
        Assert.Equal(["G7", "G8", "G12", "G13"], GuaranteeProof.Ids.Where(id => GuaranteeProof.Prove(evidence, id).Verdict == GuaranteeVerdict.Holds));
    }

    public static TheoryData<string, string, GuaranteeVerdict, IsolationEvidence> Cases => new()
    {
        { "G3", "no module", GuaranteeVerdict.Unknown, Full with { Module = null } },
        { "G3", "not enforcing", GuaranteeVerdict.Violated, Full with { Module = Full.Module! with { Enforcing = false } } },
        { "G3", "none", GuaranteeVerdict.Violated, Full with { Module = Full.Module! with { Module = "none" } } },
        { "G3", "silo has no labels", GuaranteeVerdict.Violated, Full with { Module = Full.Module! with { Module = "silo" } } },
        { "G3", "no hypervisor", GuaranteeVerdict.Unknown, Full with { Module = Full.Module! with { HypervisorKind = null } } },
        { "G3", "acm on a Xen without it", GuaranteeVerdict.Violated, Full with { Module = Full.Module! with { HypervisorVersion = "4.17.5" } } },
        { "G3", "acm on a Xen of no version", GuaranteeVerdict.Unknown, Full with { Module = Full.Module! with { HypervisorVersion = "unstable" } } },
        { "G3", "acm on kvm", GuaranteeVerdict.Violated, Full with { Module = Full.Module! with { HypervisorKind = "kvm" } } },
        { "G3", "an odd hypervisor", GuaranteeVerdict.Unknown, Full with { Module = Full.Module! with { HypervisorKind = "other" } } },
        { "G3", "flask enforcing", GuaranteeVerdict.Holds, Full with { Module = Flask("xsm=flask", "silo") } },
        { "G3", "flask as built", GuaranteeVerdict.Holds, Full with { Module = Flask("", "flask") } },
        { "G3", "flask on stock Xen", GuaranteeVerdict.Violated, Full with { Module = Flask("xsm=flask flask=enforcing", "none") } },
        { "G3", "flask permissive", GuaranteeVerdict.Violated, Full with { Module = Flask("flask=permissive", "flask") } },
        { "G3", "flask of an unknown build", GuaranteeVerdict.Unknown, Full with { Module = Flask("xsm=flask", null) } },
        { "G4", "other policy", GuaranteeVerdict.Violated, WithTrail(Measured(0, Next)) },
        { "G4", "other tables", GuaranteeVerdict.Violated, Full with { Policies = Full.Policies! with { Compiled = ["sha256:else"] } } },
        { "G4", "no tables", GuaranteeVerdict.Unknown, WithTrail(Measured(0, Policy) with { Active = null }) },
        { "G4", "nothing compiled", GuaranteeVerdict.Unknown, Full with { Policies = Full.Policies! with { Compiled = [] } } },
        { "G4", "only the gate keeps it", GuaranteeVerdict.Holds, WithTrail(Measured(0, Policy) with { Active = null, Enforcing = false }) },
        { "G4", "no meaning", GuaranteeVerdict.Unknown, WithTrail(Measured(0, Policy) with { Canonical = null }) },
        { "G4", "the file instead", GuaranteeVerdict.Holds, WithTrail(Measured(0, Policy) with { Canonical = null, Source = "sha256:file" }) },
        { "G4", "no record", GuaranteeVerdict.Unknown, WithTrail() },
        { "G5", "measured twice", GuaranteeVerdict.Holds, WithTrail(Measured(0, Policy), Measured(5, Policy)) },
        { "G5", "authorised change", GuaranteeVerdict.Holds, Changed(Measured(0, Policy), Change(5, Policy, Next)) },
        { "G5", "silent change", GuaranteeVerdict.Violated, Changed(Measured(0, Policy), Measured(5, Next)) },
        { "G5", "other predecessor", GuaranteeVerdict.Violated, Changed(Measured(0, Policy), Change(5, Next, Next)) },
        { "G5", "no predecessor", GuaranteeVerdict.Violated, Changed(Measured(0, Policy), Change(5, Policy, Next) with { Previous = null }) },
        { "G5", "rollback", GuaranteeVerdict.Violated, Changed(Measured(0, Next), Change(5, Next, Policy)) },
        { "G5", "enforcement dropped", GuaranteeVerdict.Violated, Changed(Measured(0, Policy), Change(5, Policy, Next) with { Enforcing = false }) },
        { "G5", "other module", GuaranteeVerdict.Violated, Changed(Measured(0, Policy), Change(5, Policy, Next) with { Module = "flask" }) },
        { "G5", "not authorised", GuaranteeVerdict.Violated, Authorised([], Changed(Measured(0, Policy), Change(5, Policy, Next))) },
        { "G5", "nobody asked", GuaranteeVerdict.Unknown, Authorised(null, Changed(Measured(0, Policy), Change(5, Policy, Next))) },
        { "G5", "text missing", GuaranteeVerdict.Unknown, Without(Next, Changed(Measured(0, Policy), Change(5, Policy, Next))) },
        { "G5", "flask without a number", GuaranteeVerdict.Unknown, WithTrail(Measured(0, Policy) with { Module = "flask" }) },
        { "G5", "flask as booted", GuaranteeVerdict.Holds, Numbered(1) },
        { "G5", "flask reloaded", GuaranteeVerdict.Violated, Numbered(2) },
        { "G6", "no quote", GuaranteeVerdict.Unknown, WithLog(Full.Log! with { MatchesQuote = null }) },
        { "G6", "other quote", GuaranteeVerdict.Violated, WithLog(Full.Log! with { MatchesQuote = false }) },
        { "G6", "broken", GuaranteeVerdict.Violated, WithLog(Full.Log! with { Broken = new(3, "its digest is not its content's") }) },
        { "G6", "gap", GuaranteeVerdict.Violated, WithLog(Full.Log! with { Gaps = [new(3, "crash")] }) },
        { "G6", "no boot", GuaranteeVerdict.Violated, WithLog(new LogStanding(false) { MatchesQuote = true }) },
        { "G6", "no snapshot", GuaranteeVerdict.Unknown, WithLog(Full.Log! with { Snapshots = null }) },
        { "G6", "late snapshot", GuaranteeVerdict.Unknown, WithLog(Full.Log! with { Snapshots = [new(9, [Uuid(1), Uuid(2)])] }) },
        { "G6", "a stranger runs", GuaranteeVerdict.Violated, WithLog(Full.Log! with { Snapshots = [new(0, []), new(9, [Uuid(1), Uuid(2), Uuid(3)])] }) },
        { "G6", "a VM is gone", GuaranteeVerdict.Violated, WithLog(Full.Log! with { Snapshots = [new(0, []), new(9, [Uuid(1)])] }) },
        { "G6", "not alone at boot", GuaranteeVerdict.Violated, WithLog(Full.Log! with { Snapshots = [new(0, [Uuid(1)])] }) },
        { "G6", "a domain skipped", GuaranteeVerdict.Unknown, Of([First, Second with { Domain = 3 }]) },
        { "G6", "the first skipped", GuaranteeVerdict.Unknown, Of([First with { Domain = 2 }, Second with { Domain = 3 }]) },
        { "G6", "a domain again", GuaranteeVerdict.Violated, Of([First, Second with { Domain = 1 }]) },
        { "G6", "no number", GuaranteeVerdict.Unknown, Of([First, Second with { Domain = null }]) },
        { "G7", "legacy", GuaranteeVerdict.Violated, Full with { LegacyReadings = ["type x is not declared: ignored"] } },
        { "G7", "undeclared", GuaranteeVerdict.Violated, new(Unchecked("vm host: x | h"), null) },
        { "G7", "colon", GuaranteeVerdict.Violated, new(PolicyWithColon(), null) },
        { "G7", "one type", GuaranteeVerdict.Violated, new(Unchecked("set one h", "vm host: t | h"), null) },
        { "G12", "no rivals", GuaranteeVerdict.Unknown, new(Unchecked("vm host: t | h"), null) },
        { "G12", "rivals share", GuaranteeVerdict.Violated, new(Unchecked("set s h w", "vm host: t | h", "vm w: t | w"), null) },
        { "G13", "over a bridge", GuaranteeVerdict.Violated, new(Unchecked("set s h w", "vm host: t | h", "vm w: u | w", "vm m: t u |"), null) },
        { "G13", "the bridge is trusted", GuaranteeVerdict.Holds, new(Unchecked("set s h w", "vm host: t | h", "vm w: u | w", "vm m: t u |"), null) { Mediators = ["m"] } },
        { "G14", "rivals beside an untrusted host", GuaranteeVerdict.Violated, Of([First], new VmStarts(new(Uuid(3), "three", "b"))) with { Mediators = [] } },
        { "G14", "rivals beside a trusted host", GuaranteeVerdict.Holds, Of([First], new VmStarts(new(Uuid(3), "three", "b"))) },
        { "G15", "unknown image", GuaranteeVerdict.Violated, Full with { References = [FirstReference] } },
        { "G15", "no references", GuaranteeVerdict.Unknown, Full with { References = null } },
        { "G15", "no starts", GuaranteeVerdict.Unknown, Full with { Starts = null } },
        { "G15", "a bridge", GuaranteeVerdict.Violated, Full with { Mediators = ["host"] } },
        { "G16", "relabelled in use", GuaranteeVerdict.Violated, Of([First, Second], Attach(2, "a"), new VmStarts(new(Uuid(3), "three", "net")), Attach(3, "n")) },
        { "G16", "relabelled uncleaned", GuaranteeVerdict.Unknown, Of([First, Second], Attach(2, "a"), Detach(2), Attach(2, "n")) },
        { "G16", "relabelled and cleaned", GuaranteeVerdict.Holds, Of([First, Second], Attach(2, "a"), Detach(2), new VmStops(Uuid(1)), Attach(2, "n")) with { Sanitised = [new(5, "pci", "x")] } },
        { "G16", "cleaned too early", GuaranteeVerdict.Unknown, Of([First, Second], Attach(2, "a"), Detach(2), Attach(2, "n")) with { Sanitised = [new(2, "pci", "x")] } },
        { "G16", "the same label again", GuaranteeVerdict.Holds, Of([First, Second], Attach(2, "a"), Detach(2), Attach(2, "a")) },
        { "G19", "no references", GuaranteeVerdict.Unknown, Full with { References = null } },
        { "G19", "another label", GuaranteeVerdict.Violated, Of([First, First with { Record = 2, Vm = First.Vm with { Label = "net" } }]) },
        { "G19", "another kernel", GuaranteeVerdict.Violated, Of([First with { Images = [new("kernel", "sha256:evil"), new("disk x", "sha256:d")] }, Second]) },
        { "G19", "unmeasured disk", GuaranteeVerdict.Violated, Of([First with { Images = [new("kernel", "sha256:k"), new("disk x", null)] }, Second]) },
        { "G19", "one more disk", GuaranteeVerdict.Violated, Of([First with { Images = First.Images.Add(new("disk y", "sha256:d")) }, Second]) },
        { "G19", "no disk", GuaranteeVerdict.Violated, Of([First with { Images = First.Images.RemoveAt(1) }, Second]) },
        { "G19", "mutable", GuaranteeVerdict.Violated, Of([First with { Mutable = true }, Second]) },
        { "G19", "may be mutable", GuaranteeVerdict.Holds, Of([First with { Mutable = true }, Second]) with { References = [FirstReference with { MayBeMutable = true }, SecondReference] } },
        { "G19", "a disk for data", GuaranteeVerdict.Holds, Full with { References = [FirstReference with { Images = [new("kernel", "sha256:k"), new("disk x", null)] }, SecondReference] } },
        { "G19", "another config", GuaranteeVerdict.Violated, Of([First with { Config = "sha256:evil" }, Second]) },
        { "G19", "reference without config", GuaranteeVerdict.Unknown, Full with { References = [FirstReference with { Config = null }, SecondReference] } },
        { "G19", "reference for another label", GuaranteeVerdict.Violated, Full with { References = [FirstReference with { Label = "b" }, SecondReference] } },
        { "G19", "relabelled while it ran", GuaranteeVerdict.Violated, Of([First, Second], new VmRelabels(Uuid(1), "net")) },
        { "G20", "attested peer", GuaranteeVerdict.Holds, Arriving(Peer) },
        { "G20", "nobody asked", GuaranteeVerdict.Unknown, Arriving(Peer) with { Peers = null } },
        { "G20", "stranger", GuaranteeVerdict.Violated, Arriving(Peer) with { Peers = [] } },
        { "G20", "failed peer", GuaranteeVerdict.Violated, Arriving(Peer with { Attested = false }) },
        { "G20", "other policy there", GuaranteeVerdict.Violated, Arriving(Peer with { PolicyDigest = Digest(Next) }) },
        { "G20", "policy there unknown", GuaranteeVerdict.Unknown, Arriving(Peer with { PolicyDigest = null }) },
        { "G20", "other label there", GuaranteeVerdict.Violated, Arriving(Peer with { Departed = Departed("b") }) },
        { "G20", "never left", GuaranteeVerdict.Unknown, Arriving(Peer with { Departed = ImmutableDictionary<Guid, string?>.Empty }) },
        { "G20", "restores look like starts", GuaranteeVerdict.Unknown, WithLog(Full.Log! with { TellsRestores = false }) },
        { "G24", "nobody asked", GuaranteeVerdict.Unknown, Of([First, Second with { LabelReadBack = null }]) },
        { "G24", "another label", GuaranteeVerdict.Violated, Of([First, Second with { LabelReadBack = "a" }]) },
        { "G24", "it is gone", GuaranteeVerdict.Holds, Of([First, Second with { LabelReadBack = "a" }], new VmStops(Uuid(2))) },
        { "G25", "no key", GuaranteeVerdict.Unknown, Of([First, Second with { VtpmKey = null }]) },
        { "G25", "one key for two", GuaranteeVerdict.Violated, Of([First, Second with { VtpmKey = "k1" }]) },
        { "G25", "evidence under another key", GuaranteeVerdict.Violated, Full with { VmKeys = ImmutableDictionary<Guid, string>.Empty.Add(Uuid(2), "k9") } },
        { "G25", "evidence under its key", GuaranteeVerdict.Holds, Full with { VmKeys = ImmutableDictionary<Guid, string>.Empty.Add(Uuid(2), "k2") } },
        { "G25", "no quote", GuaranteeVerdict.Unknown, WithLog(Full.Log! with { MatchesQuote = null }) },
    };

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void What_is_wrong_refutes_and_what_is_missing_leaves_open(string id, string what, GuaranteeVerdict verdict, IsolationEvidence evidence)
    {
        var proven = GuaranteeProof.Prove(evidence, id);
        Assert.True(verdict == proven.Verdict, $"{id}, {what}: {proven.Sentence}");
        Assert.Equal(id, proven.Id);
        Assert.Equal(verdict == GuaranteeVerdict.Violated, proven.Witness is not null);
        Assert.Equal(verdict == GuaranteeVerdict.Unknown, proven.Missing is not null);
        Assert.EndsWith(".", proven.Sentence, StringComparison.Ordinal);
    }

    private static PeerStanding Peer => new("far", true) { PolicyDigest = Digest(Policy), Departed = Departed("a") };

    private static ImmutableDictionary<Guid, string?> Departed(string label) => ImmutableDictionary<Guid, string?>.Empty.Add(Uuid(1), label);

    private static IsolationEvidence Arriving(PeerStanding peer) => Of([First with { FromHost = "far" }]) with { Peers = [peer] };

    private static IsolationEvidence WithLog(LogStanding log) => Full with { Log = log };

    private static IsolationEvidence WithTrail(params MeasuredPolicy[] policies) => Full with { Policies = Full.Policies! with { Policies = [.. policies] } };

    private static IsolationEvidence Changed(params MeasuredPolicy[] policies) =>
        WithTrail(policies) with { History = new(Policy, Full.History!.Events, "another policy was measured") { PolicyChangedAt = 5 } };

    private static IsolationEvidence Authorised(ImmutableHashSet<string>? authorised, IsolationEvidence evidence) => evidence with { Policies = evidence.Policies! with { Authorised = authorised } };

    private static IsolationEvidence Without(AcmPolicy policy, IsolationEvidence evidence) => evidence with { Policies = evidence.Policies! with { Texts = evidence.Policies!.Texts.Remove(Digest(policy)) } };

    private static IsolationEvidence Numbered(ulong number) =>
        Full with { Policies = Full.Policies! with { Policies = [Measured(0, Policy) with { Module = "flask" }], SequenceNumber = number } };

    private static ModuleStatement Flask(string commandLine, string? builtIn) => new(0, "flask", true) { HypervisorKind = "xen", HypervisorVersion = "4.17", CommandLine = commandLine, BuiltIn = builtIn };

    private static MeasuredPolicy Measured(ulong record, AcmPolicy policy) => new(record, "acm", true) { Active = $"active {policy.Version}", Canonical = Digest(policy) };

    private static MeasuredPolicy Change(ulong record, AcmPolicy from, AcmPolicy to) => Measured(record, to) with { IsChange = true, Previous = $"active {from.Version}" };

    private static string Digest(AcmPolicy policy) => $"sha256:{Convert.ToHexStringLower(policy.CanonicalDigest.AsSpan())}";

    private static ResourceAttaches Attach(int vm, string label) => new(Uuid(vm), new("pci", "x", label));

    private static ResourceDetaches Detach(int vm) => new(Uuid(vm), "pci", "x");

    private static AcmPolicy Unchecked(params string[] lines) => PolicySketch.ReadUnchecked("odd", "1.0", ["ste t u", "wall h w", .. lines]);

    private static AcmPolicy PolicyWithColon() => PolicySketch.ReadUnchecked("a:b", "1.0", ["ste t", "wall h", "vm host: t | h"]);

    private static IsolationEvidence Of(VmIdentity[] starts, params EnforcementEvent[] later)
    {
        var events = starts.Select(start => (EnforcementEvent)new VmStarts(start.Vm)).Concat(later).Select((happened, i) => new LoggedEvent((ulong)i + 1, happened));
        return new(Policy, new(Policy, [.. events], gap: null))
        {
            Mediators = ["host", "net"],
            Module = new(0, "acm", true) { HypervisorKind = "xen", HypervisorVersion = "4.1.2" },
            Policies = new([Measured(0, Policy)])
            {
                Compiled = [$"active {Policy.Version}"],
                File = "sha256:file",
                Texts = ImmutableDictionary<string, AcmPolicy>.Empty.Add(Digest(Policy), Policy).Add(Digest(Next), Next),
                Authorised = [Digest(Policy), Digest(Next)],
            },
            Log = new(BeginsAtBoot: true) { MatchesQuote = true, Snapshots = [new(0, [])], TellsRestores = true },
            Starts = [.. starts],
            References = [FirstReference, SecondReference],
            Peers = [],
        };
    }
}
