using Shype.Attest.Appraisal;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;
using Shype.Attest.UnitTests.Appraisal;
using Xunit;
using Verdict = Shype.Attest.Appraisal.Appraisal;

namespace Shype.Attest.UnitTests.Ima;

/// <summary>Threat row L13 and its neighbours: IMA lists that were edited, cut or mixed up under a good quote, and files that should not be there.</summary>
public sealed class ImaAttackTests
{
    public static TheoryData<Attack> Attacks => [.. All];

    internal static IReadOnlyList<Attack> All { get; } =
    [
        List("L13 IMA entry removed", FindingCode.ImaLogMismatch, (list, at) => [.. list[..at[2]], .. list[at[3]..]]),
        List("L13 IMA entries reordered", FindingCode.ImaLogMismatch, (list, at) => [.. list[..at[1]], .. list[at[2]..at[3]], .. list[at[1]..at[2]], .. list[at[3]..]]),
        List("L13 IMA entry added in the middle", FindingCode.ImaLogMismatch, (list, at) => [.. list[..at[2]], .. list[at[1]..at[2]], .. list[at[2]..]]),
        List("L13 IMA list cut at the end", FindingCode.ImaLogMismatch, (list, at) => list[..at[3]]),
        List("L13 IMA list empty", FindingCode.ImaLogMismatch, (_, _) => []),
        List("L13 IMA digest of a file changed", FindingCode.ImaLogMismatch, (list, at) => Change(list, at[2] + 60)),
        List("L13 IMA name of a file changed", FindingCode.ImaLogMismatch, (list, at) => Change(list, at[3] - 2)),
        List("L13 IMA template hash forged", FindingCode.ImaTemplateHashMismatch, (list, at) => Change(list, at[2] + 5)),
        List("L13 IMA entry passed off as a violation", FindingCode.ImaLogMismatch, (list, at) => [.. list[..(at[2] + 4)], .. new byte[20], .. list[(at[2] + 24)..]]),
        List("L13 IMA entry moved to another PCR", FindingCode.ImaLogMismatch, (list, at) => [.. list[..at[2]], 11, .. list[(at[2] + 1)..]]),
        List("L13 IMA entry that was never extended, under another PCR", FindingCode.ImaEntryElsewhere,
            (list, at) => [.. list[..at[2]], 11, .. list[(at[1] + 1)..at[2]], .. list[at[2]..]]),
        List("L10 IMA list cut inside of an entry", FindingCode.ImaLogMalformed, (list, _) => list[..^3]),
        List("L10 IMA length past the end", FindingCode.ImaLogMalformed, (list, at) => [.. list[..(at[2] + 24)], 0xff, 0xff, 0xff, 0xff, .. list[(at[2] + 28)..]]),
        List("L09 IMA template relabelled to one that is not known", FindingCode.ImaEntryUnknown, (list, at) => [.. list[..(at[2] + 28)], (byte)'x', .. list[(at[2] + 29)..]]),
        With("L13 IMA violation", FindingCode.ImaViolation, new(), host => host.Load(list => list.AddViolation("/tmp/open for writing"))),
        With("L13 IMA file without a rule", FindingCode.ImaFileUnknown, ImaAppraisalTests.Allow(), host => host.Load("/tmp/x", "x")),
        With("L13 IMA file with another digest", FindingCode.ImaFileChanged, ImaAppraisalTests.Allow(), host => host.Load("/bin/sh", "with a back door")),
        With("L13 IMA file on the deny list", FindingCode.ImaFileDenied, new() { Deny = [new() { Path = "/tmp/**" }] }, host => host.Load("/tmp/x", "x")),
        With("L13 IMA file not signed", FindingCode.ImaSignatureMissing, Signed, host => host.Load("/opt/x", "x")),
        With("L13 IMA file signed by another key", FindingCode.ImaSignatureKeyUnknown, Signed, host => host.Load("/opt/x", "x", ImaSigner.Ecdsa.SignFile("x"))),
        With("L13 IMA file changed under its signature", FindingCode.ImaSignatureInvalid, Signed, host => host.Load("/opt/x", "y", ImaSigner.Rsa.SignFile("x"))),
        With("L13 IMA buffer that is not what its digest says", FindingCode.ImaBufferMismatch, new(), host => host.Load(list =>
            list.Add("ima-buf", ImaListWriter.Digest(AlgorithmId.Sha256, new byte[32]), ImaListWriter.Name("kexec-cmdline"), [1]))),
        With("L11 IMA list of another boot", FindingCode.ImaBootAggregateMismatch, new(), host => host.Load(list =>
            list.AddFile("boot_aggregate", AlgorithmId.Sha256, AlgorithmId.Sha256.Hash("another boot"u8)))),
        new("L11 IMA list of another host", FindingCode.ImaLogMismatch, (_, _) => Ask(ImaAppraisalTests.Boot(), new(), evidence =>
            evidence with { ImaLog = new(0, VirtualHost.Boot(spec => spec with { Ima = [("/x", "y")] }).ImaList) })),
        new("L12 IMA list not shown", FindingCode.ImaLogNotShown, (_, _) => Ask(ImaAppraisalTests.Boot(), new(), evidence => evidence with { ImaLog = null })),
        new("L13 IMA list hidden once it was shown", FindingCode.ImaLogMissing, (_, _) =>
        {
            var host = ImaAppraisalTests.Boot();
            var verifier = new VirtualVerifier(host);
            verifier.Ask();
            return verifier.AskWith(evidence => evidence with { ImaLog = null });
        }),
        new("L14 IMA suffix with a gap", FindingCode.ImaLogOffsetMismatch, (_, _) => Grown(1)),
        new("L14 IMA suffix with an overlap", FindingCode.ImaLogOffsetMismatch, (_, _) => Grown(-1)),
        new("L13 IMA file that was extended and is not in the list", FindingCode.ImaLogMismatch, (_, _) => Ask(ImaAppraisalTests.Boot().ExtendSecretly(10), new())),
        new("L12 PCR 10 extended on a host without IMA", FindingCode.ImaLogNotShown, (host, verifier) =>
        {
            host.ExtendSecretly(10);
            return verifier.Ask();
        }),
    ];

    [Theory]
    [MemberData(nameof(Attacks))]
    public void An_attack_is_refused_with_its_reason(Attack attack) => attack.Check();

    [Fact]
    public void A_PCR_10_that_is_shown_as_another_one_fails_the_quote()
    {
        // What is shown is where the replay stops; it must be what was signed.
        var host = ImaAppraisalTests.Boot();
        var before = host.ImaList!;
        var value = host.Tpm.Banks[0][ImaPcr.Usual].ToArray();
        host.Load("/tmp/evil", "evil");
        var verdict = Ask(host, new(), evidence => evidence with
        {
            ImaLog = new(0, before),
            PcrValues = [.. evidence.PcrValues.Select(shown => shown.Pcr == 10 ? shown with { Value = value } : shown)],
        });
        Assert.Equal(TrustTier.Contraindicated, verdict.Host.Status);
        Assert.Contains(FindingCode.LogDigestMismatch, verdict.Findings.Select(finding => finding.Code));
    }

    private static ImaRules Signed => new() { MustBeSigned = ["/opt/**"], Keys = [ImaSigner.Rsa.Pem] };

    private static Attack List(string name, FindingCode code, Func<byte[], int[], byte[]> change) => new(name, code, (_, _) =>
    {
        var host = ImaAppraisalTests.Boot();
        int[] at = [.. ImaLists.Read(host.ImaList).Entries.Select(entry => entry.Offset)];
        return Ask(host, new(), evidence => evidence with { ImaLog = new(0, change(host.ImaList!, at)) });
    });

    private static Attack With(string name, FindingCode code, ImaRules rules, Action<VirtualHost> load) => new(name, code, (_, _) =>
    {
        var host = ImaAppraisalTests.Boot();
        load(host);
        return Ask(host, rules);
    });

    private static Verdict Ask(VirtualHost host, ImaRules rules, Func<Evidence, Evidence>? change = null) =>
        new VirtualVerifier(host) { Rules = AppraisalRules.Default with { Ima = new() { Files = ImaRuleTests.Set(rules) } } }.AskWith(change ?? (evidence => evidence));

    private static Verdict Grown(int shift)
    {
        var host = ImaAppraisalTests.Boot();
        var verifier = new VirtualVerifier(host);
        verifier.Ask();
        host.Load("/bin/ls", "ls");
        return verifier.AskWith(evidence => evidence with { ImaLog = evidence.ImaLog! with { Offset = (ulong)((int)evidence.ImaLog.Offset + shift) } });
    }

    private static byte[] Change(byte[] bytes, int at)
    {
        var changed = (byte[])bytes.Clone();
        changed[at] ^= 1;
        return changed;
    }
}
