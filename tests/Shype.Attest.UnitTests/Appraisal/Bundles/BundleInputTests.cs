using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Bundles;
using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Cli;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Bundles;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Shype.Attest.UnitTests.Cli;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal.Bundles;

/// <summary>Bundles of verdicts that rest on more than logs and one document: the kernel's list of files, signed bundles of references, demands.</summary>
public sealed class BundleInputTests
{
    private const string Denied = "ima: {deny: [{path: /bin/evil}]}\n";

    [Theory]
    [InlineData(ImaDigestStyle.Hashed)]
    [InlineData(ImaDigestStyle.Padded)]
    public void A_list_of_files_that_came_in_pieces_is_judged_again_as_a_whole(ImaDigestStyle style)
    {
        var (host, verifier, archive) = World(style, Policy(Denied));
        Confirm(archive.Ask(), archive, TrustTier.Affirming);
        host.Load("/bin/ls", "ls");
        verifier.Restart();
        Confirm(archive.Ask(), archive, TrustTier.Affirming);
        host.Load(list => list.AddViolation("/tmp/x")).Load("/bin/evil", "evil");
        Assert.Equal(2, Files(Confirm(archive.Ask(), archive, TrustTier.Contraindicated)));

        // Nothing new: what was found earlier is found again, from the entries that the bundle carries.
        var quiet = archive.Ask();
        Assert.Equal((ulong)host.ImaList!.Length, quiet.Context.KnownImaBytes);
        Assert.Equal(host.ImaList, quiet.ImaLog!.Value.ToArray());
        Assert.Equal(2, Files(Confirm(quiet, archive, TrustTier.Contraindicated)));

        host.Reboot();
        var rebooted = archive.Ask();
        Assert.Equal((0ul, false, null), (rebooted.Context.KnownImaBytes, rebooted.Context.WasImaShown, rebooted.ImaLog));
        Confirm(rebooted, archive, TrustTier.Affirming);
    }

    [Fact]
    public void Answers_that_hide_or_garble_the_list_are_refused_again_for_the_same_reasons()
    {
        foreach (var (change, code) in new (Func<Evidence, Evidence>, FindingCode)[]
        {
            (evidence => evidence with { ImaLog = null }, FindingCode.ImaLogMissing),
            (evidence => evidence with { ImaLog = new(evidence.ImaLog!.Offset - 1, evidence.ImaLog.Entries) }, FindingCode.ImaLogOffsetMismatch),
            (evidence => evidence with { ImaLog = evidence.ImaLog! with { Entries = evidence.ImaLog.Entries[..^1] } }, FindingCode.ImaLogMalformed),
            (evidence => evidence with { ImaLog = evidence.ImaLog! with { Entries = ReadOnlyMemory<byte>.Empty } }, FindingCode.ImaLogMismatch),
        })
        {
            var (host, _, archive) = World(ImaDigestStyle.Hashed, null);
            archive.Ask();
            host.Load("/bin/ls", "ls");
            var check = Confirm(archive.Ask(change), archive, TrustTier.Contraindicated);
            Assert.Contains(check.Appraisal.Host.Findings, finding => finding.Code == code);
            Confirm(archive.Ask(), archive, FindingCatalogue.KindOf(code).Sticky ? TrustTier.Contraindicated : TrustTier.Affirming);
        }
    }

    [Fact]
    public void Rules_that_changed_within_a_boot_judge_the_whole_list_then_and_again()
    {
        var (host, verifier, archive) = World(ImaDigestStyle.Hashed, null);
        host.Load("/bin/evil", "evil");
        archive.Ask();
        var before = archive.Ask();
        Confirm(before, archive, TrustTier.Affirming);
        // An answer to a challenge of before the change goes on where the list is not known under the new rules.
        var late = host.Answer(verifier.Challenge());
        archive.Policy = Policy(Denied);
        var check = Confirm(archive.Ask(evidence => late with { ChallengeNonce = evidence.ChallengeNonce }), archive, TrustTier.Contraindicated);
        Assert.DoesNotContain(check.Appraisal.Host.Findings, finding => finding.Code == FindingCode.ImaFileDenied);
        var after = archive.Ask();
        Assert.Equal((0ul, true), (after.Context.KnownImaBytes, after.Context.WasImaShown));
        Confirm(after, archive, TrustTier.Contraindicated);

        // A dry run sees the files that the old rules did not care about.
        var trial = PolicyTrial.Of(Open(before), archive.Policy!.InForce(9));
        Assert.Contains(trial.Parts.Single(part => part.Name == "host").Appear, finding => finding.Code == "ima-file-denied");
    }

    [Fact]
    public void What_operators_demand_of_isolation_is_answered_again()
    {
        var (_, _, archive) = World(ImaDigestStyle.Hashed, Policy("isolation: {guarantees: [{never-together: [Bank.A, Bank.B]}, {enforced-by: hypervisor}]}\n"));
        archive.Ask();
        var check = Confirm(archive.Ask(), archive, TrustTier.Contraindicated);
        Assert.Contains(check.Appraisal.Host.Findings, finding => finding.Code == FindingCode.ConfigurationDemandViolated);
        Assert.Equal(2, check.Result.Submods["host"].Guarantees!.Count(guarantee => guarantee.DemandedBy == "operator"));
    }

    public static TheoryData<string, FindingCode?> Standings => new()
    {
        { "in force", null }, { "expired", FindingCode.ReferenceExpired }, { "not yet valid", FindingCode.ReferenceNotYetValid }, { "revoked", FindingCode.ReferenceRevoked },
    };

    [Theory]
    [MemberData(nameof(Standings))]
    public void What_a_signed_bundle_was_worth_then_it_is_worth_again(string standing, FindingCode? code)
    {
        var (verifier, archive) = Known(standing);
        archive.Ask();
        var bundle = archive.Ask();
        verifier.Now = verifier.Now.AddYears(30);
        var check = Confirm(bundle, archive, code is null ? TrustTier.Affirming : TrustTier.Contraindicated);
        Assert.Equal(code is not null, check.Appraisal.Findings.Any(finding => finding.Code == code));
        Assert.DoesNotContain(check.Appraisal.Findings, finding => finding.Code == FindingCode.VmImageUnknown);
        Assert.Equal(Convert.ToHexStringLower(verifier.References.Digest.Span), check.Result.Inputs!.References);
    }

    [Fact]
    public void References_of_another_verdict_or_of_a_stranger_are_not_those_of_this_one()
    {
        var (_, archive) = Known("in force");
        var bundle = archive.Ask();
        var revoked = bundle.SignedReferences[0] with { Revoked = "the auditor says so" };
        Refuse(bundle with { SignedReferences = [] }, "signed-references: they are not those that the verdict names");
        Refuse(bundle with { SignedReferences = [revoked] }, "signed-references: they are not those that the verdict names");
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var forged = bundle.SignedReferences[0] with { Source = VirtualBundles.Sign(VirtualBundles.Bundle, other) };
        Refuse(Named(bundle, forged), "signed-references: one of 'maker'");
        Refuse(Named(bundle, bundle.SignedReferences[0] with { Key = new byte[] { 0x30, 0 } }), "signed-references: the key of 'maker'");
        // Named with care as what the verdict rests on: then the answer is another one than was signed.
        Assert.False(BundleCheck.Of(Open(Named(bundle, revoked)), archive.Keys).IsConfirmed);
        Assert.False(BundleCheck.Of(Open(Named(bundle)), archive.Keys).IsConfirmed);
    }

    [Fact]
    public void A_list_of_files_that_is_not_the_one_before_the_evidence_is_refused()
    {
        var (host, _, archive) = World(ImaDigestStyle.Hashed, null);
        archive.Ask();
        host.Load("/bin/ls", "ls");
        var bundle = archive.Ask();
        Refuse(bundle with { ImaLog = null }, "ima-log: what comes before the evidence's part of the list is missing");
        Refuse(bundle with { ImaLog = bundle.ImaLog!.Value[1..] }, "ima-log: ");
        var edited = bundle.ImaLog.Value.ToArray();
        edited[^1] ^= 1;
        Assert.False(BundleCheck.Of(Open(bundle with { ImaLog = edited }), archive.Keys).IsConfirmed);
    }

    [Fact]
    public void A_list_of_signed_bundles_says_each_by_its_digest_and_is_bounded()
    {
        var (_, archive) = Known("revoked");
        var held = archive.Held[0];
        Assert.True(SignedReferences.TryReadList(SignedReferences.List([held, held]), out var read, out _));
        Assert.Equal((2, held.Signer, held.Revoked), (read.Count, read[1].Signer, read[1].Revoked));
        Assert.Equal(SHA256.HashData(held.Source.Span), read[0].Source.ToArray());
        var most = Enumerable.Repeat(held, ProtocolLimits.MaxBundleReferences);
        Assert.True(SignedReferences.TryReadList(SignedReferences.List([.. most]), out _, out _));
        Assert.False(SignedReferences.TryReadList(SignedReferences.List([.. most, held]), out _, out var problem));
        Assert.Equal(nameof(ProtocolLimits.MaxBundleReferences), problem.Limit);
        Assert.False(SignedReferences.TryReadList(SignedReferences.List([held]).AsMemory()[..^1], out _, out _));
    }

    [Fact]
    public void Who_vouches_for_the_TPM_is_judged_by_the_authorities_of_the_auditor_or_said_to_be_the_verifiers_word()
    {
        var (_, _, archive) = World(ImaDigestStyle.Hashed, null);
        var folder = Directory.CreateTempSubdirectory("shype-verify-").FullName;
        try
        {
            var (vendor, stranger) = (new VirtualVendor(), new VirtualVendor());
            using var key = RSA.Create(2048);
            var ek = vendor.IssueEk(Org.BouncyCastle.Security.DotNetUtilities.GetRsaPublicKey(key));
            var bundle = archive.Ask() with { EkCertificates = [vendor.Intermediate, ek] };
            string Write(string name, byte[] bytes)
            {
                var path = Path.Combine(folder, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, bytes);
                return path;
            }

            var (file, bare) = (Write("bundle.cbor", bundle.Encode()), Write("bare.cbor", (bundle with { EkCertificates = [] }).Encode()));
            var keys = Write("jwks.json", archive.Keys.Write());
            var (good, bad) = (Write("good/root.der", vendor.Root), Write("bad/root.der", stranger.Root));
            foreach (var (arguments, exitCode, says) in new (string[], ExitCode, string)[]
            {
                ([file], ExitCode.Yes, "2 certificates in the bundle, not judged here (--ek-roots): that it is a genuine TPM's is the verifier's word"),
                ([file, "--ek-roots", Path.GetDirectoryName(good)!], ExitCode.Yes, "vouches for one"),
                ([file, "--ek-roots", Path.GetDirectoryName(bad)!], ExitCode.Refused, "2 certificates in the bundle, REFUSED"),
                ([bare, "--ek-roots", good], ExitCode.Refused, "no certificate is in the bundle"),
                ([bare], ExitCode.Yes, "0 certificates in the bundle, not judged here"),
            })
            {
                var terminal = new Terminal();
                Assert.True(terminal.Run(["verify", .. arguments, "--jwks", keys]) == exitCode, terminal.Errors);
                Assert.Contains(says, terminal.Output, StringComparison.Ordinal);
                terminal = new Terminal();
                Assert.Equal(exitCode, terminal.Run(["verify", .. arguments, "--jwks", keys, "--json"]));
                Assert.Contains("\"endorsement\"", terminal.Output, StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Bundle Named(Bundle bundle, params IReadOnlyList<SignedReferences> held) => bundle with
    {
        SignedReferences = held,
        Context = bundle.Context with { SignedReferencesDigest = held.Count == 0 ? [] : SHA256.HashData(SignedReferences.List(held)) },
    };

    // A host whose VMs only a signed bundle knows.
    private static (VirtualVerifier Verifier, VirtualArchive Archive) Known(string standing)
    {
        var host = VirtualHost.Boot();
        var verifier = new VirtualVerifier(host) { References = VirtualReferences.With(document => document with { Vms = [] }) };
        var bundle = standing switch
        {
            "expired" => VirtualBundles.Bundle with { NotAfter = verifier.Now.AddSeconds(-1) },
            "not yet valid" => VirtualBundles.Bundle with { NotBefore = verifier.Now.AddDays(1), NotAfter = verifier.Now.AddDays(2) },
            _ => VirtualBundles.Bundle,
        };
        var signed = new SignedReferences("maker", VirtualBundles.Maker.PublicKey, standing == "revoked" ? "removed by an operator" : "", VirtualBundles.Sign(bundle));
        return (verifier, new VirtualArchive(host, verifier) { Held = [signed] });
    }

    private static (VirtualHost Host, VirtualVerifier Verifier, VirtualArchive Archive) World(ImaDigestStyle style, AppraisalPolicy? policy)
    {
        var host = VirtualHost.Boot(spec => spec with { Ima = [("/sbin/init", "init"), ("/bin/sh", "sh")], ImaStyle = style });
        var verifier = new VirtualVerifier(host);
        return (host, verifier, new VirtualArchive(host, verifier) { Policy = policy });
    }

    private static int Files(BundleCheck check) => check.Appraisal.Host.Findings.Count(finding => finding.Code is FindingCode.ImaFileDenied or FindingCode.ImaViolation);

    private static AppraisalPolicy Policy(string text) =>
        AppraisalPolicy.TryRead("p", Encoding.UTF8.GetBytes("format: 1\nname: p\n" + text), out var policy, out var problem) ? policy : throw new InvalidDataException(problem.ToString());

    private static BundleCheck Confirm(Bundle bundle, VirtualArchive archive, TrustTier status)
    {
        var opened = Open(bundle);
        Assert.Equal(bundle.Encode(), opened.Parts.Encode());
        var check = BundleCheck.Of(opened, archive.Keys);
        Assert.True(check.IsConfirmed, $"{check.SignatureProblem?.Detail}\n" + string.Join('\n', check.Differences));
        Assert.Equal(status, check.Result.Status);
        return check;
    }

    private static void Refuse(Bundle bundle, string says)
    {
        Assert.False(OpenBundle.TryOpen(bundle.Encode(), out _, out var problem));
        Assert.StartsWith(says, problem, StringComparison.Ordinal);
    }

    private static OpenBundle Open(Bundle bundle) =>
        OpenBundle.TryOpen(bundle.Encode(), out var opened, out var problem) ? opened : throw new InvalidDataException(problem);
}
