using Shype.Attest.Appraisal;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Ima;

/// <summary>A host whose kernel keeps an IMA list, asked again and again.</summary>
public sealed class ImaAppraisalTests
{
    private static readonly (string Path, string Content)[] Files = [("/sbin/init", "init"), ("/bin/sh", "sh"), ("/lib/libc.so", "libc")];

    [Theory]
    [InlineData(ImaDigestStyle.Hashed)]
    [InlineData(ImaDigestStyle.Padded)]
    public void A_host_that_shows_its_list_is_affirmed_and_only_what_is_new_is_sent(ImaDigestStyle style)
    {
        var host = Boot(style);
        var verifier = new VirtualVerifier(host);
        Assert.Empty(Codes(verifier.Ask()));
        Assert.Equal((ulong)host.ImaList!.Length, verifier.Challenge().KnownImaBytes);

        host.Load("/bin/ls", "ls");
        verifier.Restart();
        var suffix = host.Answer(verifier.Challenge()).ImaLog!;
        Assert.True(suffix.Offset > 0 && suffix.Entries.Length < host.ImaList.Length);
        Assert.Empty(Codes(verifier.Ask()));
        Assert.Empty(Codes(verifier.Ask()));
    }

    [Fact]
    public void Entries_behind_the_quote_wait_for_the_next_one()
    {
        var (host, verifier) = World(new() { Deny = [new() { Path = "/bin/late" }] });
        var early = host.ImaList!.Length;
        Assert.Empty(Codes(verifier.AskWith(evidence =>
        {
            // Between the quote and the reading of the list the kernel loads another file.
            host.Load("/bin/late", "late");
            return evidence with { ImaLog = new ImaSuffix(0, host.ImaList) };
        })));
        Assert.Equal((ulong)early, verifier.Challenge().KnownImaBytes);
        Assert.Contains(FindingCode.ImaFileDenied, Codes(verifier.Ask()));
    }

    [Fact]
    public void What_a_boot_showed_stays_found_until_the_next_boot()
    {
        var (host, verifier) = World(new());
        host.Load(list => list.AddViolation("/tmp/x"));
        var first = verifier.Ask();
        Assert.Equal([FindingCode.ImaViolation], Codes(first));
        Assert.Equal(TrustTier.Warning, first.Host.Status);
        verifier.Restart();
        host.Load("/bin/ls", "ls");
        Assert.Equal([FindingCode.ImaViolation], Codes(verifier.Ask()));
        host.Reboot();
        Assert.Empty(Codes(verifier.Ask()));
    }

    [Fact]
    public void Files_that_the_rules_call_good_make_the_file_system_known()
    {
        var rules = Allow();
        var (_, verifier) = World(rules);
        var verdict = verifier.Ask();
        Assert.Equal([FindingCode.ImaFilesKnown], Codes(verdict));
        Assert.Equal(2, verdict.Host.Vector.FileSystem);
    }

    [Fact]
    public void Other_rules_judge_the_whole_list_again()
    {
        var (host, verifier) = World(new());
        Assert.Empty(Codes(verifier.Ask()));
        verifier.Rules = verifier.Rules with { Ima = new() { Files = ImaRuleTests.Set(new() { Deny = [new() { Path = "/bin/sh" }] }) } };
        Assert.Null(verifier.Challenge().KnownImaBytes);
        Assert.Contains(FindingCode.ImaFileDenied, Codes(verifier.Ask()));
        Assert.Equal((ulong)host.ImaList!.Length, verifier.Challenge().KnownImaBytes);
    }

    [Fact]
    public void A_list_judged_in_pieces_is_worth_what_it_is_worth_as_a_whole()
    {
        var random = new Random(9);
        var rules = Allow() with { Deny = [new() { Path = "/bin/evil" }], MustBeSigned = ["/opt/**"], Keys = [ImaSigner.Rsa.Pem] };
        for (var round = 0; round < 20; round++)
        {
            var (host, pieces) = World(rules);
            for (var day = 0; day < 12; day++)
            {
                _ = random.Next(6) switch
                {
                    0 => host.Load("/bin/evil", "evil"),
                    1 => host.Load(list => list.AddViolation($"/tmp/{day}")),
                    2 => host.Load("/opt/a", "a", ImaSigner.Rsa.SignFile("a")),
                    3 => host.Load("/opt/b", "b"),
                    4 => host.Load("/bin/sh", "sh"),
                    _ => host.Load("/nobody/knows", "x"),
                };
                if (random.Next(2) == 0)
                {
                    pieces.Ask();
                }

                if (random.Next(3) == 0)
                {
                    pieces.Restart();
                }
            }

            var whole = new VirtualVerifier(host) { Rules = pieces.Rules };
            Assert.Equal(Describe(whole.Ask()), Describe(pieces.Ask()));
        }
    }

    [Theory]
    [InlineData(ImaMode.WhenShown, FindingCode.ImaLogNotShown, TrustTier.Affirming)]
    [InlineData(ImaMode.Demanded, FindingCode.ImaLogMissing, TrustTier.Contraindicated)]
    public void A_list_that_is_not_shown_is_said_or_refused_as_the_rules_demand(ImaMode mode, FindingCode code, TrustTier tier)
    {
        var host = Boot();
        var verifier = new VirtualVerifier(host) { Rules = AppraisalRules.Default with { Ima = new() { Mode = mode } } };
        var verdict = verifier.AskWith(evidence => evidence with { ImaLog = null });
        Assert.Equal([code], Codes(verdict));
        Assert.Equal(tier, verdict.Host.Status);
    }

    [Fact]
    public void A_host_without_IMA_is_as_it_was() => Assert.Empty(Codes(new VirtualVerifier(VirtualHost.Boot()).Ask()));

    [Fact]
    public void A_host_that_measures_all_the_time_can_be_left_alone()
    {
        var verifier = new VirtualVerifier(Boot())
        {
            Rules = AppraisalRules.Default with { Ima = new() { Mode = ImaMode.Ignored } },
            Pcrs = [new("sha256", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13])],
        };
        Assert.Empty(Codes(verifier.Ask()));
    }

    [Fact]
    public void A_kernel_started_by_kexec_goes_on_with_the_list_and_is_asked_for_all_of_it()
    {
        var (host, verifier) = World(new());
        Assert.Empty(Codes(verifier.Ask()));
        host.Load(list => list.AddBootAggregate(host.Tpm.Banks[0]));
        Assert.Empty(Codes(verifier.AskWith(evidence => evidence with { ImaLog = new ImaSuffix(0, host.ImaList) })));
    }

    [Fact]
    public void A_boot_aggregate_over_a_bank_that_is_not_quoted_is_said_and_no_reason_for_doubt()
    {
        var host = VirtualHost.Boot(spec => spec with
        {
            Ima = Files, BootAggregate = list => list.AddFile("boot_aggregate", AlgorithmId.Sha512, AlgorithmId.Sha512.Hash("PCRs"u8)),
        });
        var verdict = new VirtualVerifier(host).Ask();
        Assert.Equal([FindingCode.ImaBootAggregateNotChecked], Codes(verdict));
        Assert.Equal(TrustTier.Affirming, verdict.Host.Status);
    }

    internal static VirtualHost Boot(ImaDigestStyle style = ImaDigestStyle.Hashed) => VirtualHost.Boot(spec => spec with { Ima = Files, ImaStyle = style });

    internal static ImaRules Allow() => new()
    {
        Allow = [.. Files.Select(file => new ImaFileRule { Path = file.Path, Digests = ["sha256:" + Convert.ToHexStringLower(AlgorithmId.Sha256.Hash(System.Text.Encoding.UTF8.GetBytes(file.Content)))] })],
    };

    internal static (VirtualHost Host, VirtualVerifier Verifier) World(ImaRules rules)
    {
        var host = Boot();
        return (host, new VirtualVerifier(host) { Rules = AppraisalRules.Default with { Ima = new() { Files = ImaRuleTests.Set(rules) } } });
    }

    // Of every host it is said that the link to the boot loader was not checked.
    private static List<FindingCode> Codes(Attest.Appraisal.Appraisal verdict) =>
        [.. verdict.Host.Findings.Select(finding => finding.Code).Where(code => code.ToString().StartsWith("Ima", StringComparison.Ordinal) || FindingCatalogue.KindOf(code).Severity != FindingSeverity.Information)];

    private static string Describe(Attest.Appraisal.Appraisal verdict) =>
        string.Join('\n', verdict.Host.Findings.Where(finding => finding.Code != FindingCode.EarlierFailureInThisBoot).Select(finding => $"{finding.Code} {finding.Subject} {finding.Record} {finding.Detail}")) + verdict.Host.Status;
}
