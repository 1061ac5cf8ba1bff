using System.Text;
using CsCheck;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Acm.Binary;
using Xunit;

namespace Shype.Attest.UnitTests.Isolation.Acm;

/// <summary>Every policy of Xen's history: it loads, or it is refused for what it is.</summary>
public sealed class AcmGenerationTests
{
    [Theory]
    [InlineData("DEFAULT-UL-security_policy__4eb5685edc.xml", "DEFAULT-UL 1.0")]
    [InlineData("default-security_policy__e080ffba8d.xml", "DEFAULT 1.0")]
    [InlineData("default-ul-security_policy__e080ffba8d.xml", "DEFAULT-UL 1.0")]
    [InlineData("DEFAULT-security_policy.xml", "DEFAULT 1.0")]
    [InlineData("DEFAULT-reset-from-dom0label-security_policy.xml", "DEFAULT 1.0")]
    [InlineData("user-manual_mytest-1.0-security_policy.xml", "mytest 1.0")]
    [InlineData("example_client_v1-security_policy__0ea4d2fb34.xml", "example.client_v1 1.0")]
    [InlineData("example_client_v1-security_policy__8c706ec28d.xml", "example.client_v1 1.0")]
    [InlineData("xm-test_xm-test-new-security_policy__05a6e5c04e.xml", "xm-test 1.1")]
    [InlineData("xm-test_xm-test-security_policy__8c706ec28d.xml", "xm-test 1.0")]
    public void Policies_since_2007_load(string file, string policy)
    {
        Assert.Equal(policy, XenPolicies.Policy(file).ToString());
        Assert.Empty(AcmXml.ReadLegacy(XenPolicies.File(file), []).LegacyReadings);
    }

    [Theory]
    [InlineData("example_chwall_client_v1-security_policy__2c04b08df9.xml", 0, 4)]
    [InlineData("example_ste_client_v1-security_policy__2c04b08df9.xml", 6, 0)]
    [InlineData("example_chwall_ste_client_v1-security_policy__2c04b08df9.xml", 6, 4)]
    public void Policies_of_2006_have_no_version_and_load_as_legacy_only(string file, int steTypes, int chWallTypes)
    {
        var problem = Assert.Single(AcmXml.Read(XenPolicies.File(file)).Problems);
        Assert.Equal((PolicyProblemCode.MissingElement, 7, 3), (problem.Code, problem.Line, problem.Column));
        var document = AcmXml.ReadLegacy(XenPolicies.File(file), []);
        Assert.Equal("0.0", document.Policy!.Version.ToString());
        Assert.Equal((steTypes, chWallTypes, 6), (document.Policy.SteTypes.Length, document.Policy.ChWallTypes.Length, document.Policy.VmLabels.Length));
        Assert.Equal("no Version: read as 0.0", Assert.Single(document.LegacyReadings).Message);
    }

    [Theory]
    [InlineData("chwall", 0, 4, 0)]
    [InlineData("ste", 6, 0, 7)]
    [InlineData("chwall_ste", 6, 4, 7)]
    public void Policies_of_2005_are_two_files_and_load_as_legacy_only(string name, int steTypes, int chWallTypes, int resources)
    {
        var (definition, template) = TwoFiles(name);
        Assert.Equal(PolicyProblemCode.OlderGeneration, Assert.Single(AcmXml.Read(definition).Problems).Code);
        Assert.Equal(PolicyProblemCode.OlderGeneration, Assert.Single(AcmXml.Read(template).Problems).Code);
        Assert.Equal(PolicyProblemCode.OlderGeneration, Assert.Single(AcmXml.ReadLegacy(definition, []).Problems).Code);
        var document = AcmXml.ReadLegacy(definition, template);
        Assert.Empty(document.Problems);
        Assert.Equal((steTypes, chWallTypes, 6, resources), (document.Policy!.SteTypes.Length, document.Policy.ChWallTypes.Length, document.Policy.VmLabels.Length, document.Policy.ResourceLabels.Length));
        Assert.Equal("dom_SystemManagement", document.Policy.Bootstrap);
        Assert.Equal(PolicyProblemCode.OlderGeneration, Assert.Single(document.LegacyReadings).Code);
        Assert.All(document.Advice.Where(advice => advice.Code == PolicyAdviceCode.Mediator), advice => Assert.StartsWith("in the label template: ", advice.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void The_null_policy_of_2005_is_refused_since_it_has_no_label_for_the_host()
    {
        var (definition, template) = TwoFiles("null");
        Assert.Equal("in the label template: SecurityLabelTemplate needs a SubjectLabels here", Assert.Single(AcmXml.ReadLegacy(definition, template).Problems).Message);
    }

    [Fact]
    public void A_label_template_goes_with_its_own_definition_only()
    {
        Assert.Equal(PolicyProblemCode.OtherDefinition, Assert.Single(AcmXml.ReadLegacy(TwoFiles("chwall_ste").Definition, TwoFiles("ste").Template).Problems).Code);
        Assert.Equal(PolicyProblemCode.OlderGeneration, Assert.Single(AcmXml.ReadLegacy(TwoFiles("ste").Definition, TwoFiles("ste").Definition).Problems).Code);
    }

    [Theory]
    [InlineData("policyprocessor_xen_sample_def__f21629e0cc.xml")]
    [InlineData("policyprocessor_xen_sample_def__bd471dc416.xml")]
    [InlineData("policyprocessor_xen_sample_policy__f21629e0cc.xml")]
    public void The_ancestor_of_June_2005_is_recognised_and_refused(string file)
    {
        var problem = Assert.Single(AcmXml.ReadLegacy(XenPolicies.File(file), []).Problems);
        Assert.Equal(PolicyProblemCode.OlderGeneration, problem.Code);
        Assert.Contains("SecurityPolicySpec of June 2005", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<Conflict name=\"competitors\">", "<Conflict>", PolicyProblemCode.MissingAttribute)]
    [InlineData("<Type>bank-b</Type>\n      </Conflict>", "<Type>bank-b</Type><Type>bank-c</Type></Conflict>", PolicyProblemCode.UndeclaredType)]
    [InlineData("<Type>management</Type>\n      <Type>internet</Type>", "<Type/><Type>management</Type><Type>internet</Type>", PolicyProblemCode.EmptyName)]
    [InlineData("<Type>clearing</Type>\n        </ChineseWallTypes>", "<Type>clearing</Type></ChineseWallTypes><ChineseWallTypes><Type>shop</Type></ChineseWallTypes>", PolicyProblemCode.RepeatedBlock)]
    [InlineData("<Type>clearing</Type>\n        </ChineseWallTypes>", "<Type>bank-a</Type><Type>bank-b</Type></ChineseWallTypes>", PolicyProblemCode.ConflictInLabel)]
    [InlineData("<Version>1.0</Version>", "", PolicyProblemCode.MissingElement)]
    public void What_old_tools_let_pass_is_refused_and_as_legacy_read_and_reported(string text, string replacement, PolicyProblemCode code)
    {
        var file = Testing.World.VirtualPolicies.BanksWith(text, replacement);
        var strict = AcmXml.Read(file);
        Assert.Null(strict.Policy);
        Assert.Equal(code, Assert.Single(strict.Problems).Code);
        Assert.Empty(strict.LegacyReadings);
        Assert.False(AcmXml.TryParse(file, out _, out _));
        var legacy = AcmXml.ReadLegacy(file, []);
        Assert.NotNull(legacy.Policy);
        var reading = Assert.Single(legacy.LegacyReadings);
        Assert.Equal((code, strict.Problems[0].Line, strict.Problems[0].Column), (reading.Code, reading.Line, reading.Column));
    }

    [Theory]
    [InlineData("bootstrap=\"SystemManagement\"", "bootstrap=\"nobody\"")]
    [InlineData("<Name>Shop.Web</Name>", "<Name>Bank.A</Name>")]
    [InlineData("<Type>internet</Type>\n          <Type>intranet</Type>\n        </SimpleTypeEnforcementTypes>", "<Type>undeclared</Type></SimpleTypeEnforcementTypes>")]
    [InlineData("<Version>1.0</Version>", "<Version>1x0</Version>")]
    public void What_no_tool_lets_pass_is_refused_as_legacy_too(string text, string replacement) =>
        Assert.Null(AcmXml.ReadLegacy(Testing.World.VirtualPolicies.BanksWith(text, replacement), []).Policy);

    [Fact]
    public void A_host_whose_label_is_that_of_the_unlabeled_is_refused()
    {
        var file = Encoding.UTF8.GetString(Testing.World.VirtualPolicies.Banks).Replace("SystemManagement", SpecialLabels.Unlabeled, StringComparison.Ordinal);
        Assert.False(AcmXml.TryParse(Encoding.UTF8.GetBytes(file), out _, out var problems));
        Assert.Equal(PolicyProblemCode.ReservedName, Assert.Single(problems).Code);
    }

    [Fact]
    public void Mutated_policies_never_throw_and_what_is_accepted_compiles()
    {
        // Pieces move as a whole, so that many of the files are still XML and some still policies.
        var pieces = Encoding.UTF8.GetString(Testing.World.VirtualPolicies.Banks).Split('\n');
        var accepted = 0;
        Gen.Select(Gen.Select(Gen.Int[0, pieces.Length - 1], Gen.Int[0, pieces.Length - 1]).Array[1, 3], Gen.Bool).Sample(
            (moves, isLegacy) =>
            {
                var lines = pieces.ToArray();
                foreach (var (from, to) in moves)
                {
                    lines[to] = lines[from];
                }

                var file = Encoding.UTF8.GetBytes(string.Join('\n', lines));
                var document = isLegacy ? AcmXml.ReadLegacy(file, []) : AcmXml.Read(file);
                Assert.Equal(document.Policy is null, document.Problems.Count > 0);
                if (document.Policy is { } policy)
                {
                    Interlocked.Increment(ref accepted);
                    Assert.True(AcmBinary.TryRead(AcmBinary.Compile(policy, XmlPolicyHash.OfDocument(file)).Encode(), out _, out var problem), problem?.ToString());
                }
            },
            iter: 5_000);
        Assert.NotEqual(0, accepted);
    }

    [Fact]
    public void The_hash_of_the_document_is_over_what_was_read_whatever_encoding_it_claims()
    {
        var policy = Encoding.UTF8.GetString(Testing.World.VirtualPolicies.BanksWith("2026-11-24", "é"));
        var claims = Encoding.UTF8.GetBytes(policy.Replace("encoding=\"UTF-8\"", "encoding=\"us-ascii\"", StringComparison.Ordinal));
        Assert.True(AcmXml.TryParse(claims, out _, out _));
        Assert.Equal(XmlPolicyHash.OfDocument(Encoding.UTF8.GetBytes(policy)), XmlPolicyHash.OfDocument(claims));
        Assert.Equal(XmlPolicyHash.OfDocument(claims), XmlPolicyHash.OfDocument([0xEF, 0xBB, 0xBF, .. claims]));
    }

    private static (byte[] Definition, byte[] Template) TwoFiles(string name) =>
        (XenPolicies.File($"{name}_{name}-security_policy__39ec3e6c6a.xml"), XenPolicies.File($"{name}_{name}-security_label_template__39ec3e6c6a.xml"));
}
