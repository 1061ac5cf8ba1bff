using System.Text;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.UnitTests.Isolation.Acm;

/// <summary>docs/policies/policy.xsd, by a validator that is not ours.</summary>
public sealed class PolicySchemaTests
{
    private static readonly XmlSchemaSet Schema = Load();

    [Theory]
    [InlineData("example.banks.xml")]
    [InlineData("example.minimal.xml")]
    public void The_example_policies_are_valid(string file) =>
        Assert.Empty(Errors(File.ReadAllBytes(Path.Combine(TestData.Root, "docs", "policies", file))));

    [Theory]
    [InlineData("DEFAULT-security_policy.xml")]
    [InlineData("DEFAULT-reset-from-dom0label-security_policy.xml")]
    [InlineData("user-manual_mytest-1.0-security_policy.xml")]
    [InlineData("example_client_v1-security_policy__0ea4d2fb34.xml")]
    [InlineData("xm-test_xm-test-new-security_policy__05a6e5c04e.xml")]
    public void Policies_of_Xen_are_valid(string file) => Assert.Empty(Errors(XenPolicies.File(file)));

    [Theory]
    [InlineData("<Version>1.0</Version>", "")]
    [InlineData("<Version>1.0</Version>", "<Version>1x0</Version>")]
    [InlineData("<Conflict name=\"competitors\">", "<Conflict>")]
    [InlineData("priority=\"PrimaryPolicyComponent\"", "priority=\"Second\"")]
    [InlineData("<Name>uplink</Name>\n        <SimpleTypeEnforcementTypes>", "<Name>uplink</Name>\n        <SimpleTypeEnforcementTypes><Type>bank-a</Type>")]
    [InlineData("bootstrap=\"SystemManagement\"", "")]
    [InlineData("<PolicyUrl>", "<Date/><PolicyUrl>")]
    public void What_the_grammar_refuses_the_schema_refuses(string text, string replacement)
    {
        var file = VirtualPolicies.BanksWith(text, replacement);
        Assert.NotEmpty(Errors(file));
        Assert.False(AcmXml.TryParse(file, out _, out _));
    }

    private static List<string> Errors(byte[] file)
    {
        var errors = new List<string>();
        XDocument.Parse(Encoding.UTF8.GetString(file)).Validate(Schema, (_, problem) => errors.Add(problem.Message));
        return errors;
    }

    private static XmlSchemaSet Load()
    {
        var schemas = new XmlSchemaSet();
        using var reader = XmlReader.Create(Path.Combine(TestData.Root, "docs", "policies", "policy.xsd"));
        schemas.Add("http://www.ibm.com", reader);
        schemas.Compile();
        return schemas;
    }
}
