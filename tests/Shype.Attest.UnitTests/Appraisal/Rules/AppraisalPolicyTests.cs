using System.Text;
using System.Text.Json;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Measurement;
using Shype.Attest.Testing;
using Shype.Attest.UnitTests.Ima;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal.Rules;

public sealed class AppraisalPolicyTests
{
    private const string Head = "format: 1\nname: p\n";

    public static TheoryData<string> Examples => [.. Directory.EnumerateFiles(Path.Combine(TestData.Root, "docs"), "appraisal-policy*.yaml").Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Every_example_in_the_documentation_loads(string file)
    {
        var policy = Read(File.ReadAllText(Path.Combine(TestData.Root, "docs", file)));
        Assert.Equal(("default", "production"), (policy.Group, policy.Name));
        Assert.True(policy.Rules.RequireEkCertificate);
        Assert.Equal(["xen from 4.17 below 4.21", "kvm"], policy.Rules.Hypervisors.Select(range => range.ToString()));
        Assert.Equal([FindingCode.HypervisorCommandLineUnknown], policy.Rules.WarningsOnly);
        Assert.Equal("tag:shype.dev,2026:appraisal-policy/default/production/7", policy.InForce(7).PolicyId);
    }

    [Fact]
    public void The_text_on_the_page_is_the_example()
    {
        var page = File.ReadAllText(Path.Combine(TestData.Root, "docs", "appraisal-policy.md"));
        var blocks = page.Split("```yaml\n")[1..].Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]).ToList();
        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Read(block));
    }

    [Fact]
    public void What_is_not_written_is_as_the_built_in_rules()
    {
        var rules = Read(Head).Rules;
        Assert.Equal(
            AppraisalRules.Default,
            rules with { PolicyId = AppraisalRules.Default.PolicyId, PolicyDigest = null, Hypervisors = AppraisalRules.Default.Hypervisors, WarningsOnly = AppraisalRules.Default.WarningsOnly });
        Assert.Empty(rules.Hypervisors);
        Assert.Empty(rules.WarningsOnly);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], Assert.Single(rules.Pcrs).Pcrs);
    }

    [Fact]
    public void Everything_that_is_written_is_taken()
    {
        var rules = Read(Head + """
            group: edge
            pcrs: {banks: [sha384, sha256], explained: [0, 1, 2, 3, 4, 5, 6, 7], records: {hypervisor: 14, policy: 14, vms: 15}}
            tpm: {minimum-firmware: "0x20", safe-clock: required, ek-certificate: required}
            isolation: {gate: optional, mutable-images: reported, policy-rollback: allowed}
            """).Rules;
        Assert.True(rules.AllowPolicyRollback);
        Assert.Equal(["sha384", "sha256"], rules.Pcrs.Select(request => request.Bank));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 10, 14, 15], rules.Pcrs[0].Pcrs);
        Assert.Equal(new PcrPlan(new PcrIndex(14), new PcrIndex(14), new PcrIndex(15)), rules.Plan);
        Assert.Equal((0x20ul, true, true, false, MutableImages.Reported),
            (rules.MinimumFirmwareVersion!.Value, rules.DemandSafeClock, rules.RequireEkCertificate, rules.RequireGate, rules.MutableImages));
        Assert.StartsWith("tag:shype.dev,2026:appraisal-policy/edge/p/", rules.PolicyId + "/", StringComparison.Ordinal);
    }

    [Fact]
    public void Boot_files_and_isolation_are_demanded_as_they_are_written()
    {
        var rules = Read(Head + $$"""
            secure-boot: required
            pcrs: {referenced: [7, 0]}
            ima:
              mode: demanded
              allow: [{path: /bin/sh, digests: ["sha256:{{new string('a', 64)}}", "verity:sha256:{{new string('b', 64)}}"]}]
              deny: [{path: /bin/evil}]
              signed: [/usr/**]
              ignore: [/var/log/*]
              keys:
                - |
            {{Indented(ImaSigner.Rsa.Pem)}}
            isolation:
              mediators: [Clearing]
              guarantees:
                - never-together: [Bank.A, Bank.B]
                - enforced-by: gate
            """).Rules;
        Assert.True(rules.RequireSecureBoot);
        Assert.Equal([0, 7], rules.ReferencedPcrs);
        Assert.Equal((ImaMode.Demanded, 1, true), (rules.Ima.Mode, rules.Ima.Files.Keys.Count, rules.Ima.Files.JudgesFiles));
        var files = rules.Ima.Files.Rules;
        Assert.Equal(("/bin/sh", 2, "/bin/evil", "/usr/**", "/var/log/*"),
            (files.Allow[0].Path, files.Allow[0].Digests.Count, files.Deny[0].Path, files.MustBeSigned[0], files.Ignore[0]));
        Assert.Equal(("Clearing", 2), (Assert.Single(rules.Guarantees.Mediators), rules.Guarantees.Demands.Length));
        Assert.DoesNotContain(10, Read(Head + "ima: {mode: ignored}\n").Rules.Pcrs[0].Pcrs);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("pcrs", "pcrs.")]
    [InlineData("tpm", "tpm.")]
    [InlineData("ima", "ima.")]
    [InlineData("isolation", "isolation.")]
    public void Every_key_that_is_known_is_on_the_page_and_in_the_schema(string map, string prefix)
    {
        var document = Head + (map.Length == 0 ? "x: 1\n" : $"{map}: {{x: 1}}\n");
        Assert.False(AppraisalPolicy.TryRead("p.yaml", Encoding.UTF8.GetBytes(document), out _, out var problem));
        var known = problem.ToString().Split("known here: ")[1].Split(", ");
        var page = File.ReadAllText(Path.Combine(TestData.Root, "docs", "appraisal-policy.md"));
        using var schema = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TestData.Root, "docs", "appraisal-policy.schema.json")));
        var properties = schema.RootElement.GetProperty("properties");
        properties = map.Length == 0 ? properties : properties.GetProperty(map).GetProperty("properties");
        Assert.Equal(known.Order(StringComparer.Ordinal), properties.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.All(known, key => Assert.True(page.Contains($"| `{prefix}{key}` |", StringComparison.Ordinal) || page.Contains($"| `{prefix}{key}.", StringComparison.Ordinal), key));
    }

    [Theory]
    [InlineData("", "p.yaml:1:1: the file is empty")]
    [InlineData("name: p\n", ":1:1: 'format' is missing")]
    [InlineData("format: 2\nname: p\n", ":1:9: 'format' is 2; this program reads format 1")]
    [InlineData("format: 1\n", ":1:1: 'name' is missing")]
    [InlineData("format: 1\nname: ../p\n", ":2:7: 'name' is no name")]
    [InlineData(Head + "group: a/b\n", ":3:8: 'group' is no name")]
    [InlineData(Head + "secure-boots: required\n", ":3:1: unknown key 'secure-boots'; known here: format, group")]
    [InlineData(Head + "tpm: {safe-clok: required}\n", ":3:7: unknown key 'safe-clok'")]
    [InlineData(Head + "tpm: [a]\n", ":3:6: 'tpm' is a list; a mapping is needed")]
    [InlineData(Head + "tpm: {safe-clock: yes}\n", ":3:19: 'safe-clock' is 'yes'; possible are required, optional")]
    [InlineData(Head + "tpm: {safe-clock: [required]}\n", ":3:19: 'safe-clock' is a list; text is needed")]
    [InlineData(Head + "tpm: {minimum-firmware: 17}\n", ":3:25: 'minimum-firmware' is not a TPM's firmwareVersion")]
    [InlineData(Head + "pcrs: {banks: []}\n", ":3:15: 'banks' is empty")]
    [InlineData(Head + "pcrs: {banks: [sha1]}\n", ":3:16: 'sha1' is no bank that proves anything")]
    [InlineData(Head + "pcrs: {banks: [sha256, sha256]}\n", ":3:24: 'sha256' is there twice")]
    [InlineData(Head + "pcrs: {explained: [0]}\n", ":3:19: 'explained' lacks some of 0 to 7")]
    [InlineData(Head + "pcrs: {explained: [10]}\n", ":3:20: 10 is what IMA extends")]
    [InlineData(Head + "pcrs: {explained: [16]}\n", ":3:20: 16 is no PCR that firmware or boot loader explain")]
    [InlineData(Head + "pcrs: {explained: [-1]}\n", ":3:20: '-1' stands here; a number is needed")]
    [InlineData(Head + "pcrs: {records: {hypervisor: 16, policy: 12, vms: 13}}\n", ":3:30: 'hypervisor' is not a PCR that records may use")]
    [InlineData(Head + "hypervisors: []\n", ":3:14: 'hypervisors' is empty and would refuse nothing")]
    [InlineData(Head + "hypervisors: [{kind: xen, from: newest}]\n", ":3:33: 'from' is not a version that can be compared")]
    [InlineData(Head + "hypervisors: [{kind: xen, from: '4.18', below: '4.18'}]\n", ":3:48: 'below' 4.18 is not after 4.18")]
    [InlineData(Head + "warnings-only: [no-such-code]\n", ":3:17: 'no-such-code' is no finding's code")]
    [InlineData(Head + "warnings-only: [vm-image-unknown, vm-image-unknown]\n", ":3:35: 'vm-image-unknown' is there twice")]
    [InlineData(Head + "warnings-only: [policy-changed]\n", ":3:17: 'policy-changed' is no failure, its severity is information")]
    [InlineData(Head + "secure-boot: on\n", ":3:14: 'secure-boot' is 'on'; possible are required, optional")]
    [InlineData(Head + "pcrs: {referenced: []}\n", ":3:20: 'referenced' is empty")]
    [InlineData(Head + "pcrs: {referenced: [12]}\n", ":3:21: 12 is no PCR of firmware or boot loader")]
    [InlineData(Head + "pcrs: {explained: [0, 1, 2, 3, 4, 5, 6, 7], referenced: [8]}\n", ":3:58: 8 is not in 'explained'")]
    [InlineData(Head + "pcrs: {referenced: [0, 0]}\n", ":3:24: 0 is there twice")]
    [InlineData(Head + "ima: {mode: strict}\n", ":3:13: 'mode' is 'strict'; possible are when-shown, demanded, ignored")]
    [InlineData(Head + "ima: {mode: ignored, deny: [{path: /x}]}\n", ":3:13: 'mode' is 'ignored', and there are rules")]
    [InlineData(Head + "ima: {allow: [{path: /x}]}\n", ":3:15: a digest is needed")]
    [InlineData(Head + "ima: {allow: [{path: /x, digests: ['sha256:ab']}]}\n", ":3:36: 'sha256:ab' is not HASH:HEX")]
    [InlineData(Head + "ima: {allow: [{digests: []}]}\n", ":3:15: a digest is needed")]
    [InlineData(Head + "ima: {deny: [{path: ''}]}\n", ":3:21: text stands here; text of 1 to 4095 bytes is needed")]
    [InlineData(Head + "ima: {deny: [/x]}\n", ":3:14: 'deny' item 1 is text; a mapping is needed")]
    [InlineData(Head + "ima: {signed: [/x]}\n", ":3:15: 'signed' demands signatures, and there is no key in 'keys'")]
    [InlineData(Head + "ima: {keys: [abc]}\n", ":3:14: the key holds no certificate")]
    [InlineData(Head + "isolation: {mediators: [a]}\n", ":3:24: 'mediators' stands here without 'guarantees'")]
    [InlineData(Head + "isolation: {guarantees: []}\n", ":3:25: 1 to 64 demands are needed, and there are 0")]
    [InlineData(Head + "isolation: {guarantees: [{runs-together: a}]}\n", ":3:26: unknown demand 'runs-together'")]
    [InlineData(Head + "isolation: {guarantees: [{no-flow: {from: a}}]}\n", ":3:36: 'to' is missing")]
    [InlineData(Head + "isolation: {policy-rollback: yes}\n", ":3:30: 'policy-rollback' is 'yes'; possible are refused, allowed")]
    [InlineData(Head + "name: q\n", ":3:1: key 'name' is there twice")]
    [InlineData("format: 1\nname: &a p\ngroup: *a\n", ":2:7: an anchor")]
    [InlineData("format: 1\nname: !!str p\n", ":2:7: an anchor (&name) or a tag (!name)")]
    [InlineData(Head + "hypervisors: [[[[[[[[[[1]]]]]]]]]]\n", "nested deeper than 8")]
    public void A_document_that_is_wrong_is_refused_with_line_and_column(string text, string problem)
    {
        Assert.False(AppraisalPolicy.TryRead("p.yaml", Encoding.UTF8.GetBytes(text), out _, out var found));
        Assert.Contains(problem, found.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quote-signature-invalid")]
    [InlineData("nonce-mismatch")]
    [InlineData("challenge-not-ours")]
    [InlineData("quote-replayed")]
    [InlineData("log-digest-mismatch")]
    [InlineData("earlier-failure-in-this-boot")]
    [InlineData("gap-in-measurements")]
    [InlineData("conflict-violated")]
    [InlineData("ek-certificate-missing")]
    [InlineData("ak-name-mismatch")]
    public void What_is_not_authentic_can_never_be_only_a_warning(string code)
    {
        Assert.False(AppraisalPolicy.TryRead("p.yaml", Encoding.UTF8.GetBytes($"{Head}warnings-only: [{code}]\n"), out _, out var problem));
        Assert.Contains($":3:17: '{code}' can never be only a warning", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_codes_that_can_be_only_warnings_are_those_of_the_page()
    {
        const string Start = "<!-- codes -->\n", End = "<!-- end of codes -->";
        var file = Path.Combine(TestData.Root, "docs", "appraisal-policy.md");
        var page = File.ReadAllText(file);
        var (start, end) = (page.IndexOf(Start, StringComparison.Ordinal) + Start.Length, page.IndexOf(End, StringComparison.Ordinal));
        var expected = string.Join(",\n", FindingCatalogue.All.Where(kind => kind.CanBeWarningOnly).Select(kind => $"`{kind.Text}`")) + ".\n";
        if (Environment.GetEnvironmentVariable("SHYPE_GOLDEN") == "write")
        {
            File.WriteAllText(file, page[..start] + expected + page[end..]);
            return;
        }

        Assert.Equal(expected, page[start..end]);
    }

    [Fact]
    public void A_document_over_the_limit_is_refused_before_it_is_read()
    {
        var largest = Encoding.UTF8.GetBytes(Head.PadRight(AppraisalLimits.MaxAppraisalPolicyBytes, '\n'));
        Assert.True(AppraisalPolicy.TryRead("p.yaml", largest, out _, out _));
        Assert.False(AppraisalPolicy.TryRead("p.yaml", new byte[AppraisalLimits.MaxAppraisalPolicyBytes + 1], out _, out var problem));
        Assert.Contains($"{AppraisalLimits.MaxAppraisalPolicyBytes} are allowed", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bomb_of_aliases_is_refused_at_its_first_anchor()
    {
        var bomb = new StringBuilder(Head + "a: &a [x, x, x, x, x, x, x, x]\n");
        for (var c = 'b'; c <= 'i'; c++)
        {
            bomb.Append(System.Globalization.CultureInfo.InvariantCulture, $"{c}: &{c} [{string.Join(", ", Enumerable.Repeat($"*{(char)(c - 1)}", 8))}]\n");
        }

        Assert.False(AppraisalPolicy.TryRead("p.yaml", Encoding.UTF8.GetBytes(bomb.ToString()), out _, out var problem));
        Assert.StartsWith("p.yaml:3:4: an anchor", problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4.17.5", true)]
    [InlineData("4.17", true)]
    [InlineData("4.20.99", true)]
    [InlineData("4.17.5-pre", true)]
    [InlineData("4.16.9", false)]
    [InlineData("4.21", false)]
    [InlineData("4.21.0", false)]
    [InlineData("4.9", false)]
    [InlineData("5", false)]
    [InlineData("", false)]
    [InlineData("newest", false)]
    [InlineData("4.99999999999999999999", false)]
    public void Versions_are_compared_number_by_number(string version, bool isIn)
    {
        Assert.Equal(isIn, new HypervisorRange("xen", "4.17", "4.21").Contains("xen", version));
        Assert.False(new HypervisorRange("xen", "4.17", "4.21").Contains("kvm", version));
        Assert.True(new HypervisorRange("xen", null, null).Contains("xen", version));
    }

    private static string Indented(string pem) => string.Join('\n', pem.Trim().Split('\n').Select(line => "        " + line));

    private static AppraisalPolicy Read(string text) =>
        AppraisalPolicy.TryRead("p.yaml", Encoding.UTF8.GetBytes(text), out var policy, out var problem) ? policy : throw new InvalidDataException(problem.ToString());
}
