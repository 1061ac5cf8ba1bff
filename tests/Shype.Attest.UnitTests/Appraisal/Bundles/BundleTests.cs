using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Bundles;
using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Cli;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Bundles;
using Shype.Attest.Testing;
using Shype.Attest.Testing.Measurement;
using Shype.Attest.Testing.World;
using Shype.Attest.UnitTests.Cli;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal.Bundles;

/// <summary>Verdicts made again from one file, and everything that may not pass for the same answer.</summary>
public sealed class BundleTests
{
    [Fact]
    public void A_host_that_was_asked_three_times_gets_the_same_answer_from_its_first_record_on()
    {
        var (host, archive) = Good();
        archive.Ask();
        host.Start(VirtualVms.BankA);
        archive.Ask();
        host.Stop(VirtualVms.Web.Uuid).Start(VirtualVms.Web);
        var bundle = archive.Ask();
        Assert.Equal((6ul, true), (bundle.Context.KnownRecords, bundle.FirmwareLog is not null));
        var check = Check(bundle, archive.Keys);
        Assert.Empty(check.Differences);
        Assert.True(check.IsAffirming);
        Assert.True(check.Compared > 50);
        Assert.Equal(bundle.Encode(), Open(bundle).Parts.Encode());
    }

    [Fact]
    public void A_first_answer_has_nothing_before_it()
    {
        var (_, archive) = Good();
        var bundle = archive.Ask();
        Assert.Equal((0ul, null, true), (bundle.Context.KnownRecords, bundle.Context.Before, bundle.Log.IsEmpty));
        Assert.True(Check(bundle, archive.Keys).IsAffirming);
    }

    [Fact]
    public void A_changed_image_is_refused_again()
    {
        var host = VirtualHost.Boot(spec => spec with { Vms = [VirtualVms.Web with { KernelDigest = SampleLog.Digest("another") }] });
        var archive = new VirtualArchive(host, new VirtualVerifier(host));
        archive.Ask();
        var check = Check(archive.Ask(), archive.Keys);
        Assert.Equal((true, false, TrustTier.Contraindicated), (check.IsConfirmed, check.IsAffirming, check.Result.Status));
        Assert.Contains(check.Appraisal.Findings, finding => finding.Code == FindingCode.VmImageUnknown);
    }

    [Fact]
    public void A_violation_that_is_over_and_sticks_is_found_again()
    {
        var (host, archive) = Good();
        host.Start(VirtualVms.BankA).Start(VirtualVms.BankB);
        archive.Ask();
        host.Stop(VirtualVms.BankB.Uuid);
        var check = Check(archive.Ask(), archive.Keys);
        Assert.True(check.IsConfirmed, string.Join('\n', check.Differences));
        Assert.Contains(check.Appraisal.Findings, finding => finding.Code == FindingCode.ConflictViolated);
    }

    [Fact]
    public void Answers_that_were_no_answers_are_refused_again_for_the_same_reasons()
    {
        var (host, archive) = Good();
        archive.Ask();
        host.Start(VirtualVms.BankA);
        var replayed = archive.Ask(evidence => evidence with { Log = new LogSuffix(2, evidence.Log.Records) });
        var cut = archive.Ask(evidence => evidence with { Log = evidence.Log with { Records = ReadOnlyMemory<byte>.Empty } });
        var later = archive.Ask();
        foreach (var (bundle, code) in new[]
        {
            (replayed, FindingCode.LogOffsetMismatch), (cut, FindingCode.LogDigestMismatch), (later, FindingCode.EarlierFailureInThisBoot),
        })
        {
            var check = Check(bundle, archive.Keys);
            Assert.True(check.IsConfirmed, string.Join('\n', check.Differences));
            Assert.Contains(check.Appraisal.Host.Findings, finding => finding.Code == code);
        }
    }

    [Fact]
    public void An_appraisal_policy_travels_with_its_version()
    {
        var host = VirtualHost.Boot();
        var archive = new VirtualArchive(host, new VirtualVerifier(host)) { Policy = Policy("hypervisors: [{kind: xen, from: '4.18'}]\nwarnings-only: [hypervisor-version-refused]\n") };
        archive.Ask();
        var check = Check(archive.Ask(), archive.Keys);
        Assert.Equal((true, TrustTier.Warning), (check.IsConfirmed, check.Result.Status));
        Assert.Equal("tag:shype.dev,2026:appraisal-policy/default/p/3", check.Result.Submods["host"].PolicyId);
    }

    [Fact]
    public void A_result_of_another_bundle_is_not_confirmed_claim_by_claim()
    {
        var (host, archive) = Good();
        var first = archive.Ask();
        host.Start(VirtualVms.BankA);
        var second = archive.Ask();
        var check = Check(second with { Result = first.Result }, archive.Keys);
        Assert.False(check.IsConfirmed);
        Assert.Contains(check.Differences, difference => difference.Path == "$.tag:shype.dev,2026:inputs.evidence");
        Assert.Equal(TokenProblemCode.NonceMismatch, check.SignatureProblem!.Code);
    }

    [Fact]
    public void Only_keys_that_were_kept_elsewhere_tell_who_signed()
    {
        var (_, archive) = Good();
        var (_, stranger) = Good();
        var forged = stranger.Ask();
        Assert.True(Check(forged, Open(forged).Keys).IsConfirmed);
        Assert.Equal(TokenProblemCode.KeyUnknown, Check(forged, archive.Keys).SignatureProblem!.Code);
    }

    [Fact]
    public void Every_byte_that_flips_in_the_file_is_noticed()
    {
        var file = Small();
        for (var i = 0; i < file.Length; i++)
        {
            var damaged = (byte[])file.Clone();
            damaged[i] ^= (byte)(1 << (i % 8));
            Assert.False(OpenBundle.TryOpen(damaged, out _, out _), $"byte {i}");
        }
    }

    [Fact]
    public void Every_part_that_was_edited_with_care_is_noticed_or_changes_no_claim()
    {
        var (host, archive) = Good();
        archive.Ask();
        host.Start(VirtualVms.BankA);
        var bundle = archive.Ask();
        var claims = Open(bundle).Claimed.Payload.ToArray();
        var noticed = 0;
        foreach (var (name, edited) in Edited(bundle))
        {
            // The editor writes the digest of the entries anew; keys are those that the auditor kept.
            if (OpenBundle.TryOpen(edited.Encode(), out var opened, out _) && BundleCheck.Of(opened, archive.Keys) is { IsConfirmed: true } check)
            {
                Assert.True(opened.Claimed.Payload.Span.SequenceEqual(claims), name);
                Assert.Empty(ClaimDifference.Find(claims, check.Result.Write()).Differences);
            }
            else
            {
                noticed++;
            }
        }

        Assert.True(noticed > 600, $"{noticed}");
    }

    [Theory]
    [InlineData("a name that is not known", "../../etc/passwd")]
    [InlineData("a name that is not known", "log ")]
    [InlineData("the one order of names", "keys", "log")]
    [InlineData("is there twice", "log", "log")]
    [InlineData("keys: is missing", "log")]
    public void R16_an_entry_has_one_of_the_fixed_names_in_their_order_or_the_bundle_is_refused(string problem, params string[] names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var map = new CborWriter(CborConformanceMode.Lax);
        map.WriteStartMap(names.Length);
        foreach (var name in names)
        {
            map.WriteTextString(name);
            map.WriteByteString([]);
        }

        map.WriteEndMap();
        Assert.False(OpenBundle.TryOpen(File(map.Encode(), "tag:shype.dev,2026:bundle/1"), out _, out var found));
        Assert.True(found.Contains(problem, StringComparison.Ordinal) || names is ["log"], found);
    }

    [Fact]
    public void A_bundle_of_another_format_is_refused_by_name()
    {
        Assert.False(OpenBundle.TryOpen(File([0xa0], "tag:shype.dev,2026:bundle/2"), out _, out var problem));
        Assert.Contains("this program reads tag:shype.dev,2026:bundle/1", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("affirming.cbor", ExitCode.Yes, "verdict: affirming")]
    [InlineData("contraindicated.cbor", ExitCode.Refused, "verdict: contraindicated")]
    [InlineData("violated.cbor", ExitCode.Refused, "conflict-violated")]
    public void Bundles_of_earlier_versions_are_verified_with_the_same_answer(string name, ExitCode exitCode, string says)
    {
        var file = TestData.PathOf("bundle", name);
        if (Environment.GetEnvironmentVariable("SHYPE_GOLDEN") == "write")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            System.IO.File.WriteAllBytes(file, Golden(name, Path.ChangeExtension(file, ".jwks.json")));
        }

        var terminal = new Terminal();
        Assert.Equal(exitCode, terminal.Run("verify", file, "--jwks", Path.ChangeExtension(file, ".jwks.json")));
        Assert.Contains("answer: the same as the signed result's", terminal.Output, StringComparison.Ordinal);
        Assert.Contains(says, terminal.Output, StringComparison.Ordinal);
        Assert.Equal("", terminal.Errors);
    }

    [Fact]
    public void Without_pinned_keys_it_says_plainly_whose_word_it_is()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Yes, terminal.Run("verify", TestData.PathOf("bundle", "affirming.cbor"), "--json"));
        Assert.Contains("who signed is only its own word", terminal.Errors, StringComparison.Ordinal);
        var report = System.Text.Json.JsonDocument.Parse(terminal.Output).RootElement;
        Assert.True(report.GetProperty("confirmed").GetBoolean());
        Assert.Equal("the bundle's own key set", report.GetProperty("signature").GetProperty("keys").GetString());
    }

    [Fact]
    public void Keys_of_another_verifier_refuse_it_and_what_is_no_bundle_is_unreadable()
    {
        var terminal = new Terminal();
        Assert.Equal(ExitCode.Refused, terminal.Run("verify", TestData.PathOf("bundle", "affirming.cbor"), "--jwks", TestData.PathOf("bundle", "violated.jwks.json")));
        Assert.Contains("REFUSED", terminal.Output, StringComparison.Ordinal);
        Assert.Contains("believe nothing of it", terminal.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, terminal.Run("verify", TestData.PathOf("bundle", "affirming.jwks.json")));
        Assert.Contains("is no bundle that can be read", terminal.Errors, StringComparison.Ordinal);
    }

    private static byte[] Golden(string name, string keys)
    {
        var host = name == "contraindicated.cbor"
            ? VirtualHost.Boot(spec => spec with { Vms = [VirtualVms.Web with { KernelDigest = SampleLog.Digest("another") }] })
            : VirtualHost.Boot();
        var archive = new VirtualArchive(host, new VirtualVerifier(host)) { Policy = name == "affirming.cbor" ? Policy("tpm: {ek-certificate: required}\n") : null };
        archive.Ask();
        host.Start(VirtualVms.BankA);
        if (name == "violated.cbor")
        {
            host.Start(VirtualVms.BankB);
        }

        System.IO.File.WriteAllBytes(keys, archive.Keys.Write());
        return archive.Ask().Encode();
    }

    private static byte[] File(byte[] entries, string format)
    {
        var writer = new CborWriter(CborConformanceMode.Lax);
        writer.WriteStartArray(3);
        writer.WriteTextString(format);
        writer.WriteEncodedValue(entries);
        writer.WriteByteString(SHA256.HashData(entries));
        writer.WriteEndArray();
        return writer.Encode();
    }

    private static byte[] Small()
    {
        var (_, archive) = Good();
        return archive.Ask().Encode();
    }

    private static IEnumerable<(string Name, Bundle Edited)> Edited(Bundle bundle)
    {
        foreach (var (name, part, with) in new (string, ReadOnlyMemory<byte>, Func<byte[], Bundle>)[]
        {
            ("evidence", bundle.Evidence, bytes => bundle with { Evidence = bytes }),
            ("log", bundle.Log, bytes => bundle with { Log = bytes }),
            ("firmware log", bundle.FirmwareLog!.Value, bytes => bundle with { FirmwareLog = bytes }),
            ("policy", bundle.Policies[0], bytes => bundle with { Policies = [bytes] }),
            ("references", bundle.References, bytes => bundle with { References = bytes }),
            ("result", Encoding.ASCII.GetBytes(bundle.Result), bytes => bundle with { Result = Encoding.ASCII.GetString(bytes) }),
        })
        {
            for (var i = 0; i < part.Length; i += Math.Max(1, part.Length / 150))
            {
                var edited = part.ToArray();
                edited[i] ^= 1;
                yield return ($"{name} {i}", with(edited));
            }
        }
    }

    private static (VirtualHost Host, VirtualArchive Archive) Good()
    {
        var host = VirtualHost.Boot();
        return (host, new VirtualArchive(host, new VirtualVerifier(host)));
    }

    private static AppraisalPolicy Policy(string text) =>
        AppraisalPolicy.TryRead("p", Encoding.UTF8.GetBytes("format: 1\nname: p\n" + text), out var policy, out var problem) ? policy : throw new InvalidDataException(problem.ToString());

    private static OpenBundle Open(Bundle bundle) =>
        OpenBundle.TryOpen(bundle.Encode(), out var opened, out var problem) ? opened : throw new InvalidDataException(problem);

    private static BundleCheck Check(Bundle bundle, JsonWebKeySet keys) => BundleCheck.Of(Open(bundle), keys);
}
