using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Acm.Binary;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>Demands that take more than the policy: what a verifier has proven of a boot is fed into each, and what it has not is named.</summary>
public sealed class StoryDemandTests
{
    private const string Red = "customer_1:vm_r:red_t";
    private const string Blue = "customer_2:vm_r:blue_t";

    /// <summary>A demand, what is so on the host, verdict and strength, words of the text or of what is missing.</summary>
    public static TheoryData<string, string, string, string, string> Numbered => new()
    {
        { "G3", "", "violated", "violated", "no module 'acm'" },
        { "G3", "shype", "holds", "enforced", "'acm' of shype" },
        { "G3", "shype, not enforcing", "violated", "violated", "enforces nothing" },
        { "G3", "shype, unknown", "unknown", "unknown", "not one of the references" },
        { "G4", "", "violated", "violated", "holds other tables" },
        { "G4", "compiled", "holds", "gated", "holds its binary form" },
        { "G4", "compiled, no file", "unknown", "unknown", "was not given" },
        { "G5", "", "holds", "gated", "in force since boot" },
        { "G5", "policy change", "violated", "violated", "nobody entitled to it" },
        { "G5", "policy change, called good", "holds", "gated", "Each of the 1 changes" },
        { "G6", "", "unknown", "unknown", "snapshot of its domains" },
        { "G6", "gap", "violated", "violated", "measurements are missing" },
        { "G7", "", "holds", "gated", "" },
        { "G11", "", "holds", "gated", "admissible when it happened" },
        { "G11", "conflict over", "violated", "violated", "" },
        { "G15", "", "holds", "gated", "Only declared mediators" },
        { "G15", "mediator of unknown image", "violated", "violated", "is a mediator and not what the references say" },
        { "G19", "", "holds", "gated", "2 starts since boot" },
        { "G19", "over, of unknown image", "violated", "violated", "not what the references say" },
        { "G20", "", "unknown", "unknown", "saved state" },
        { "G24", "", "unknown", "unknown", "" },
        { "G25", "", "unknown", "unknown", "vtpmEkName" },
        { "G25", "vTPMs", "holds", "gated", "all 2 running VMs" },
        { "G25", "vTPMs with one key", "violated", "violated", "the same endorsement key" },
    };

    [Theory]
    [MemberData(nameof(Numbered))]
    public void A_guarantee_with_a_number_is_answered_from_all_that_was_proven(string id, string what, string verdict, string strength, string text)
    {
        foreach (var isStored in new[] { false, true })
        {
            var (host, verifier) = World(what);
            verifier.Ask();
            if (isStored)
            {
                verifier.Restart();
            }

            var answer = Asked(verifier.Appraise(host.Answer(verifier.Challenge())), $$"""[{"guarantee": "{{id}}"}]""", """["SystemManagement", "Clearing", "Shop.Web"]""");
            Assert.True((verdict, strength) == (answer.Verdict, answer.Strength), answer.Text);
            Assert.Contains(text, answer.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"never-together": ["Shop.Web", "Bank.A"]}""", "bank was here", "violated #3 #4", "violated")]
    [InlineData("""{"never-together": ["Shop.Web", "Bank.A"]}""", "", "holds", "violated")]
    [InlineData("""{"never-together": ["Bank.A", "Bank.B"]}""", "bank was here", "holds", "holds")]
    [InlineData("""{"never-together": ["Bank.A", "Bank.B"]}""", "conflict over", "violated #5 #6", "holds")]
    [InlineData("""{"runs-alone": "Bank.A"}""", "bank was here", "violated #3 #4", "violated")]
    [InlineData("""{"no-flow": {"from": "Shop.Database", "to": "Shop.Web"}}""", "", "violated #4", "violated")]
    [InlineData("""{"no-flow": {"from": "bank-a.ledger", "to": "Shop.Web"}}""", "", "holds", "holds")]
    [InlineData("""{"never-together": ["Bank.A", "Bank.B"]}""", "policy change", "unknown", "holds")]
    [InlineData("""{"label-is": {"vm": "web", "label": "Shop.Web"}}""", "policy change", "holds", "unknown")]
    [InlineData("""{"label-is": {"vm": "web", "label": "Shop.Web"}}""", "an older memory", "holds", "unknown")]
    [InlineData("""{"never-together": ["Bank.A", "Bank.B"]}""", "an older memory", "holds", "holds")]
    [InlineData("""{"never-together": ["Shop.Web", "Bank.A"]}""", "an older memory", "unknown", "violated")]
    public void Both_answers_to_a_demand_are_in_the_result(string demand, string what, string now, string always)
    {
        foreach (var isStored in new[] { false, true })
        {
            var (host, verifier) = World(what);
            verifier.Ask();
            if (what == "an older memory")
            {
                var (bytes, section) = (verifier.Memory!.Encode(), "past"u8.ToArray());
                Assert.True(HostMemory.TryDecode(bytes.AsMemory(0, bytes.AsSpan().IndexOf(section) - 1 - sizeof(uint)), out var older, out var problem), problem?.ToString());
                verifier.Memory = older;
            }
            else if (isStored)
            {
                verifier.Restart();
            }

            var answer = Asked(verifier.Appraise(host.Answer(verifier.Challenge())), $"[{demand}]", """["SystemManagement", "Clearing"]""");
            Assert.True(now == Text(answer.Now!), answer.Now!.Text);
            Assert.True(always == answer.Always!.Verdict, answer.Always.Text);
            Assert.True(answer.Now.Verdict == "unknown" == answer.Now.Missing is not null, answer.Now.Text);
        }
    }

    [Theory]
    [InlineData("""{"no-flow": {"from": "blue_t", "to": "red_t"}}""", "flask", "", "holds", "enforced")]
    [InlineData("""{"no-flow": {"from": "blue_t", "to": "red_t"}}""", "flask", "flask=permissive", "holds", "gated")]
    [InlineData("""{"no-flow": {"from": "blue_t", "to": "red_t"}}""", null, "xsm=flask", "holds", "gated")]
    [InlineData("""{"no-flow": {"from": "blue_t", "to": "driver_t"}}""", "flask", "", "violated", "violated")]
    [InlineData("""{"never-together": ["blue_t", "red_t"]}""", "flask", "", "violated", "violated")]
    [InlineData("""{"label-is": {"vm": "web", "label": "red_t"}}""", "flask", "", "holds", "enforced")]
    [InlineData("""{"enforced-by": "hypervisor"}""", "flask", "", "holds", "enforced")]
    [InlineData("""{"enforced-by": "hypervisor"}""", "flask", "flask=permissive", "violated", "violated")]
    [InlineData("""{"guarantee": "G3"}""", "flask", "", "holds", "enforced")]
    [InlineData("""{"guarantee": "G3"}""", null, "xsm=flask", "unknown", "unknown")]
    [InlineData("""{"guarantee": "G3"}""", "flask", "flask=permissive", "violated", "violated")]
    [InlineData("""{"guarantee": "G9"}""", "flask", "", "holds", "enforced")]
    [InlineData("""{"policy-unchanged": true}""", "flask", "", "unknown", "unknown")]
    public void Over_a_FLASK_policy_demands_are_answered_as_strongly_as_the_module_in_force_allows(string demand, string? builtIn, string commandLine, string verdict, string strength)
    {
        var file = TestData.Bytes("flask", "xen.30");
        var digest = new MeasuredDigest(MeasuredDigest.Sha256, SHA256.HashData(file));
        var host = VirtualHost.Boot(spec => spec with
        {
            Hypervisor = spec.Hypervisor! with { CommandLine = commandLine },
            Policy = new() { Module = "flask", Name = "", Version = "", ActiveDigest = digest, Enforcing = true },
            PolicyFile = file,
            Vms = [VirtualVms.Web with { Label = Red }, VirtualVms.Database with { Label = Blue }],
        });
        var verifier = new VirtualVerifier(host)
        {
            References = VirtualReferences.With(document => document with
            {
                Hypervisors = [document.Hypervisors[0] with { CommandLine = commandLine, SecurityModule = builtIn }],
                FlaskPolicies = [new() { Name = "the policy of the tests", FileDigest = digest }],
            }),
        };
        verifier.Ask();
        verifier.Restart();
        var answer = Asked(verifier.Ask(), $"[{demand}]", """["dom0_t", "driver_t"]""");
        Assert.True((verdict, strength) == (answer.Verdict, answer.Strength), answer.Text);
    }

    [Theory]
    [InlineData(0, "violated")]
    [InlineData(1, "unknown")]
    public void What_is_kept_of_a_boot_is_bounded_and_what_is_dropped_is_not_claimed_to_be_known(int over, string now)
    {
        var host = VirtualHost.Boot(spec => spec with { Vms = [VirtualVms.BankA, VirtualVms.Web, VirtualVms.Database] }).Stop(VirtualVms.BankA.Uuid);
        Fill(host, AppraisalLimits.MaxPastBytes + over);
        var verifier = new VirtualVerifier(host) { References = VirtualReferences.Set };
        verifier.Ask();
        foreach (var isStored in new[] { false, true })
        {
            if (isStored)
            {
                verifier.Restart();
            }

            ResultGuarantee Ask(string demand) => Asked(verifier.Appraise(host.Answer(verifier.Challenge())), $"[{demand}]", """["SystemManagement"]""");
            Assert.Equal(now, Ask("""{"never-together": ["Shop.Web", "Bank.A"]}""").Now!.Verdict);
            Assert.Equal("holds", Ask("""{"never-together": ["Bank.A", "Bank.B"]}""").Now!.Verdict);
            Assert.Equal("holds", Ask("""{"label-is": {"vm": "web", "label": "Shop.Web"}}""").Verdict);
            Assert.Equal("holds", Ask("""{"policy-unchanged": true}""").Verdict);
        }
    }

    // VMs with very many disks start and stop until the records have just this many bytes.
    private static void Fill(VirtualHost host, int bytes)
    {
        var left = bytes - host.Records.Sum(record => record.Content.Length);
        while (left > 830)
        {
            host.Start(Vm(left > 100_000 ? 128 : 0, 240)).Stop(Vm(0, 0).Uuid);
            left -= host.Records.TakeLast(2).Sum(record => record.Content.Length);
        }

        host.Start(Enumerable.Range(0, 4).SelectMany(disks => Enumerable.Range(24, 200).Select(length => Vm(disks, 100) with { Name = new string('v', length) })).First(vm => vm.Encode().Length == left));
        left -= host.Records[^1].Content.Length;
        Assert.Equal(0, left);

        static VmStartContent Vm(int disks, int length) => VirtualVms.Of(9, "large", "Shop.Web") with
        {
            Disks = [.. Enumerable.Range(0, disks).Select(i => new VmDisk($"{i:000}{new string('d', length)}", null, ReadOnly: false))],
        };
    }

    private static (VirtualHost Host, VirtualVerifier Verifier) World(string what)
    {
        var compiled = new MeasuredDigest(MeasuredDigest.Sha256, SHA256.HashData(AcmBinary.Compile(VirtualPolicies.Parse(VirtualPolicies.Banks), XmlPolicyHash.OfDocument(VirtualPolicies.Banks)).Encode()));
        var clearing = VirtualVms.Of(5, "clearing", "Clearing");
        var key = new byte[34];
        var host = VirtualHost.Boot(spec => what switch
        {
            "shype" or "shype, unknown" => spec with { Hypervisor = spec.Hypervisor! with { Kind = "shype" } },
            "shype, not enforcing" => spec with { Hypervisor = spec.Hypervisor! with { Kind = "shype" }, Policy = spec.Policy! with { Enforcing = false } },
            "compiled" or "compiled, no file" => spec with { Policy = spec.Policy! with { ActiveDigest = compiled, SourceDigest = what == "compiled" ? spec.Policy!.SourceDigest : clearing.ConfigDigest } },
            "bank was here" => spec with { Vms = [VirtualVms.BankA, VirtualVms.Web, VirtualVms.Database] },
            "vTPMs" => spec with { Vms = [VirtualVms.Web with { VtpmEkName = [.. key[..^1], 1] }, VirtualVms.Database with { VtpmEkName = [.. key[..^1], 2] }] },
            "vTPMs with one key" => spec with { Vms = [VirtualVms.Web with { VtpmEkName = key }, VirtualVms.Database with { VtpmEkName = key }] },
            _ => spec,
        });
        _ = what switch
        {
            "conflict over" => host.Start(VirtualVms.BankA).Start(VirtualVms.BankB).Stop(VirtualVms.BankA.Uuid).Stop(VirtualVms.BankB.Uuid),
            "bank was here" => host.Stop(VirtualVms.BankA.Uuid),
            "gap" => host.Measure(new GapContent { Since = DateTimeOffset.UnixEpoch, Reason = "restarted late" }),
            "policy change" or "policy change, called good" => host.ChangePolicy(VirtualPolicies.BanksNext()),
            "mediator of unknown image" => host.Start(clearing),
            "over, of unknown image" => host.Start(clearing).Stop(clearing.Uuid),
            _ => host,
        };
        var verifier = new VirtualVerifier(host);
        verifier.References = VirtualReferences.With(document => what switch
        {
            "shype" or "shype, not enforcing" => document with { Hypervisors = [document.Hypervisors[0] with { Kind = "shype" }] },
            "policy change, called good" => document with { Policies = [.. document.Policies, VirtualReferences.Of(VirtualPolicies.BanksNext())] },
            _ => document,
        });
        verifier.Keep(VirtualPolicies.Banks);
        verifier.Keep(VirtualPolicies.BanksNext());
        return (host, verifier);
    }

    private static ResultGuarantee Asked(Shype.Attest.Appraisal.Appraisal verdict, string demands, string mediators)
    {
        Assert.True(DemandJson.TryRead(Parse(demands), Parse(mediators), out var set, out var problem), problem?.ToString());
        var result = verdict.ToResult(new() { Verifier = new() { Developer = "Shype.Attest", Build = "tests" }, IssuedAt = DateTimeOffset.UnixEpoch, Lifetime = TimeSpan.FromMinutes(5), Demands = set });
        ResultSchema.Check(result);
        return Assert.Single(result.Submods["host"].Guarantees!, guarantee => guarantee.DemandedBy == "asker");
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(Encoding.UTF8.GetBytes(json)).RootElement;

    private static string Text(ResultAnswer answer) => string.Join(' ', (answer.Witness?.Records ?? []).Select(record => $"#{record}").Prepend(answer.Verdict));
}
