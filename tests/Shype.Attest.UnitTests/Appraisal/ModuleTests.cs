using System.Security.Cryptography;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Bundles;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Bundles;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Xunit;
using Verdict = Shype.Attest.Appraisal.Appraisal;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>Hypervisors that keep VMs apart with something else than sHype, and those that keep nothing apart.</summary>
public sealed class ModuleTests
{
    private const string Red = "customer_1:vm_r:red_t";
    private const string Blue = "customer_2:vm_r:blue_t";
    private const string Driver = "system_u:system_r:driver_t";

    private static readonly byte[] File = TestData.Bytes("flask", "xen.30");

    [Fact]
    public void A_bundle_carries_the_binary_policy_and_gives_the_same_answer()
    {
        var (host, verifier) = World(Red, Blue);
        var archive = new VirtualArchive(host, verifier);
        archive.Ask();
        var bundle = archive.Ask();
        Assert.Equal(File, Assert.Single(bundle.Policies).ToArray());
        Assert.True(OpenBundle.TryOpen(bundle.Encode(), out var opened, out var problem), problem);
        var check = BundleCheck.Of(opened, archive.Keys);
        Assert.True(check.IsConfirmed, string.Join('\n', check.Differences));
        Assert.False(BundleCheck.Of(Reopened(bundle with { Policies = [] }), archive.Keys).IsConfirmed);
        Assert.False(OpenBundle.TryOpen((bundle with { Policies = [File.AsMemory()[..^1]] }).Encode(), out _, out problem));
        Assert.StartsWith("policies: ", problem, StringComparison.Ordinal);

        static OpenBundle Reopened(Bundle bundle) => OpenBundle.TryOpen(bundle.Encode(), out var opened, out var refused) ? opened : throw new InvalidDataException(refused);
    }

    [Fact]
    public void Under_FLASK_with_a_policy_that_is_known_every_pair_is_told_and_enforced()
    {
        var verdict = Ask(Red, Blue);
        Assert.True(verdict.Findings.All(finding => finding.Kind.Severity == FindingSeverity.Information), AppraiserTests.Describe(verdict));
        Assert.Contains(verdict.Findings, finding => finding is { Code: FindingCode.EnforcementModuleRecognised, Found: "flask" });
        Assert.Equal(("holds", "enforced", "Web and db share nothing directly, with the booleans as the policy sets them."), Sharing(verdict));
        Assert.Contains("Web and db may share: ", Sharing(Ask(Red, Driver)).Text, StringComparison.Ordinal);
        Assert.Contains("allow ", Sharing(Ask(Red, Driver)).Text, StringComparison.Ordinal);
        Assert.Equal("unknown", Sharing(Ask("customer_1:vm_r:guest_t", "customer_1:vm_r:guest_t")).Verdict);
    }

    [Fact]
    public void The_policy_is_read_once_and_is_still_known_after_a_restart()
    {
        var (host, verifier) = World(Red, Blue);
        verifier.Ask();
        verifier.Restart();
        host.PolicyFile = null;
        var verdict = verifier.Ask();
        Assert.Equal("enforced", Sharing(verdict).Strength);
        Assert.Equal("holds", Sharing(verdict).Verdict);
    }

    [Theory]
    [InlineData("V05 Xen that was built without a module", "dummy", null, "xsm=flask", "enforcement-module-recognised")]
    [InlineData("V05 FLASK that only logs", "flask, not enforcing", "flask", "flask=permissive", "enforcement-module-recognised")]
    [InlineData("V05 another module by the command line", "dummy", "flask", "xsm=dummy", "enforcement-module-recognised")]
    public void V05_labels_that_nobody_enforces_are_never_said_to_be_enforced(string what, string module, string? builtIn, string commandLine, string code)
    {
        var verdict = Ask(Red, Blue, builtIn, commandLine);
        Assert.Equal("gated", Sharing(verdict).Strength);
        Assert.True(verdict.Findings.Any(finding => finding.Kind.Text == code && finding.Found == module), what);
    }

    [Theory]
    [InlineData("V13 cut", "policy-malformed")]
    [InlineData("V13 not a policy", "policy-malformed")]
    [InlineData("V13 for Linux", "policy-malformed")]
    [InlineData("V13 not there", "policy-module-not-judged")]
    [InlineData("V13 not a reference", "policy-unknown")]
    [InlineData("V13 context that it does not have", "vm-label-unknown")]
    public void V13_a_binary_policy_that_is_not_good_is_refused_with_its_reason(string what, string code)
    {
        var file = what switch
        {
            "V13 cut" => File[..^1],
            "V13 not a policy" => VirtualPolicies.Banks,
            "V13 for Linux" => TestData.Bytes("flask", "selinux.33"),
            _ => File,
        };
        var (host, verifier) = World(what == "V13 context that it does not have" ? "customer_1:vm_r:dom0_t" : Red, Blue, file: file);
        host.PolicyFile = what == "V13 not there" ? null : file;
        verifier.References = what == "V13 not a reference" ? VirtualReferences.With(document => References(document, Red, Blue, "flask", "", []) ) : verifier.References;
        var verdict = verifier.Ask();
        Assert.Contains(code, verdict.Findings.Select(finding => finding.Kind.Text));
        Assert.True(verdict.Vms.Select(vm => verdict.VectorOf(vm).Tier).Append(verdict.Host.Status).Max() > TrustTier.Affirming);
        if (code is "policy-malformed" or "policy-module-not-judged")
        {
            Assert.DoesNotContain(verdict.ToResult(Request).Submods.Values.SelectMany(part => part.Guarantees!), guarantee => guarantee.Verdict == "holds");
        }
    }

    [Fact]
    public void SILO_keeps_pairs_apart_by_what_it_is_and_enforces_no_labels()
    {
        var (verdict, verifier) = Silo("silo");
        Assert.Equal(("holds", "gated"), (Sharing(verdict).Verdict, Sharing(verdict).Strength));
        Assert.Contains("the control domain", Sharing(verdict).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Silo(null).Verdict.ToResult(Request).Submods.Values.SelectMany(part => part.Guarantees!), guarantee => guarantee.Id == "direct-sharing");
        Assert.NotNull(verifier);
    }

    private static (Verdict Verdict, VirtualVerifier Verifier) Silo(string? builtIn)
    {
        var (host, verifier) = World(Red, Blue, builtIn);
        host.Reboot(spec => spec with { Policy = spec.Policy! with { Module = "silo", ActiveDigest = null, SourceDigest = null }, PolicyFile = null });
        return (verifier.Ask(), verifier);
    }

    private static Verdict Ask(string web, string database, string? builtIn = "flask", string commandLine = "") => World(web, database, builtIn, commandLine).Verifier.Ask();

    private static (VirtualHost Host, VirtualVerifier Verifier) World(string web, string database, string? builtIn = "flask", string commandLine = "", byte[]? file = null)
    {
        var digest = Digest(file ?? File);
        var host = VirtualHost.Boot(spec => spec with
        {
            Hypervisor = spec.Hypervisor! with { CommandLine = commandLine },
            Policy = new() { Module = "flask", Name = "", Version = "", ActiveDigest = digest, Enforcing = true },
            PolicyFile = file ?? File,
            Vms = [VirtualVms.Web with { Label = web }, VirtualVms.Database with { Label = database }],
        });
        return (host, new VirtualVerifier(host)
        {
            References = VirtualReferences.With(document => References(document, web, database, builtIn, commandLine, [new() { Name = "the policy of the tests", FileDigest = digest }])),
        });
    }

    private static ReferenceDocument References(
        ReferenceDocument document, string web, string database, string? builtIn, string commandLine, IReadOnlyList<FlaskPolicyReference> policies) => document with
        {
            Hypervisors = [document.Hypervisors[0] with { CommandLine = commandLine, SecurityModule = builtIn }],
            FlaskPolicies = policies,
            Vms = [.. document.Vms.Select(vm => vm.Name switch
            {
                "web" => vm with { Label = web },
                "db" => vm with { Label = database },
                _ => vm,
            })],
        };

    private static MeasuredDigest Digest(byte[] file) => new(MeasuredDigest.Sha256, SHA256.HashData(file));

    private static (string Verdict, string Strength, string Text) Sharing(Verdict verdict)
    {
        var sharing = Assert.Single(verdict.ToResult(Request).Submods[$"vm/{VirtualVms.Web.Uuid}"].Guarantees!, guarantee => guarantee.Id == "direct-sharing");
        return (sharing.Verdict, sharing.Strength, sharing.Text);
    }

    private static ResultRequest Request { get; } = new()
    {
        Verifier = new() { Developer = "Shype.Attest", Build = "tests" }, IssuedAt = DateTimeOffset.UnixEpoch, Lifetime = TimeSpan.FromMinutes(5),
    };
}
