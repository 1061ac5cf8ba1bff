using Shype.Attest.Isolation.Acm;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.UnitTests.Isolation.Acm;

public sealed class AcmLintTests
{
    private const string UnlabeledBoth = "<VirtualMachineLabel><Name>__UNLABELED__</Name><SimpleTypeEnforcementTypes><Type>internet</Type></SimpleTypeEnforcementTypes></VirtualMachineLabel></SubjectLabels>";

    [Fact]
    public void The_example_policies_have_notes_about_mediators_only()
    {
        Assert.All(AcmXml.Read(VirtualPolicies.Banks).Advice, advice => Assert.Equal((PolicyAdviceSeverity.Note, PolicyAdviceCode.Mediator), (advice.Severity, advice.Code)));
        Assert.Equal([73, 114], AcmXml.Read(VirtualPolicies.Banks).Advice.Select(advice => advice.Line));
    }

    [Theory]
    [InlineData("<Type>management</Type>\n      <Type>shop</Type>", "<Type>management</Type>\n      <Type>other</Type>\n      <Type>shop</Type>", PolicyAdviceCode.UnusedType, 39)]
    [InlineData("<Type>internet</Type>\n      <Type>intranet</Type>", "<Type>internet</Type>\n      <Type>other</Type>\n      <Type>intranet</Type>", PolicyAdviceCode.UnusedType, 30)]
    [InlineData("<Type>bank-b</Type>\n        </ChineseWallTypes>", "<Type>clearing</Type>\n        </ChineseWallTypes>", PolicyAdviceCode.IdleConflictSet, 47)]
    [InlineData("<Type>bank-b</Type>\n        </ChineseWallTypes>", "<Type>clearing</Type>\n        </ChineseWallTypes>", PolicyAdviceCode.UnusedType, 42)]
    [InlineData("<SimpleTypeEnforcementTypes>\n          <Type>intranet</Type>\n        </SimpleTypeEnforcementTypes>\n        <ChineseWallTypes>", "<ChineseWallTypes>", PolicyAdviceCode.LabelWithoutTypes, 83)]
    [InlineData("<Type>intranet</Type>\n          <Type>bank-a</Type>", "<Type>bank-a</Type>", PolicyAdviceCode.BootstrapLacksType, 72)]
    [InlineData("<Name>uplink</Name>\n        <SimpleTypeEnforcementTypes>\n          <Type>internet</Type>", "<Name>uplink</Name>\n        <SimpleTypeEnforcementTypes>\n          <Type>management</Type>", PolicyAdviceCode.UnusedResourceLabel, 128)]
    [InlineData("</SubjectLabels>", UnlabeledBoth, PolicyAdviceCode.UnlabeledOutsideConflictSet, 47)]
    [InlineData("<Name>uplink</Name>", "<Name>__UNLABELED__</Name>", PolicyAdviceCode.UnlabeledResourceDiffers, 128)]
    [InlineData("<Version>1.0</Version>", "<Version>1.0</Version><FromPolicy><PolicyName>example.banks</PolicyName><Version>1.0</Version></FromPolicy>", PolicyAdviceCode.VersionNotUp, 22)]
    [InlineData("<ConflictSets>\n      <Conflict name=\"competitors\">\n        <Type>bank-a</Type>\n        <Type>bank-b</Type>\n      </Conflict>\n    </ConflictSets>", "", PolicyAdviceCode.NoConflictSets, 36)]
    public void What_is_hardly_meant_is_found_where_it_stands(string text, string replacement, PolicyAdviceCode code, int line)
    {
        var document = AcmXml.Read(VirtualPolicies.BanksWith(text, replacement));
        Assert.Empty(document.Problems);
        Assert.DoesNotContain(AcmXml.Read(VirtualPolicies.Banks).Advice, advice => advice.Code == code);
        Assert.Contains(document.Advice, advice => advice.Code == code);
        Assert.Equal(line, document.Advice.First(advice => advice.Code == code).Line);
    }

    [Fact]
    public void The_label_for_what_has_none_in_every_conflict_set_is_well_kept() =>
        Assert.DoesNotContain(
            AcmXml.Read(XenPolicies.File("user-manual_mytest-1.0-security_policy.xml")).Advice,
            advice => advice.Severity == PolicyAdviceSeverity.Warning);
}
