using System.Text.Json;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Acm.Binary;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Isolation.Acm;

/// <summary>Against vectors that another model of Xen's compiler made.</summary>
public sealed class AcmVectorTests
{
    public static TheoryData<string> Vectors =>
    [
        "DEFAULT-security_policy",
        "example_client_v1-security_policy__0ea4d2fb34",
        "user-manual_mytest-1.0-security_policy",
        "xm-test_xm-test-new-security_policy__05a6e5c04e",
        "xm-test_xm-test-security_policy__8c706ec28d",
    ];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_policy_compiles_to_the_vector_byte_for_byte(string name)
    {
        var xml = XenPolicies.File(name + ".xml");
        var compiled = AcmBinary.Compile(XenPolicies.Policy(name + ".xml"), XmlPolicyHash.OfDocument(xml));
        Assert.Equal(Convert.ToHexString(TestData.Bytes("acm-vectors", name + ".bin")), Convert.ToHexString(compiled.Encode()));
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_hashes_of_the_XML_are_the_vectors(string name)
    {
        var xml = XenPolicies.File(name + ".xml");
        var vector = Vector(name);
        Assert.Equal(vector.GetProperty("xml_hash_sha1_of_minidom_toxml").GetString(), Convert.ToHexStringLower(XmlPolicyHash.OfDocument(xml)));
        Assert.Equal(vector.GetProperty("xml_file_sha1").GetString(), Convert.ToHexStringLower(XmlPolicyHash.OfFile(xml)));
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Types_and_rows_are_the_vectors(string name)
    {
        var policy = XenPolicies.Policy(name + ".xml");
        var ssids = SsidTable.Of(policy);
        var vector = Vector(name);
        Assert.Equal(Strings(vector, "ste_types_sorted"), policy.SteTypes);
        Assert.Equal(Strings(vector, "chw_types_sorted"), policy.ChWallTypes);
        Assert.Equal(Strings(vector, "ssid_rows_vm"), ssids.VmLabels);
        Assert.Equal(
            vector.GetProperty("ssid_rows_res_ste").EnumerateObject().Select(row => (row.Name, row.Value.GetInt32())),
            ssids.ResourceLabels.Select(label => (label, ssids.ResourceRow(label) ?? -1)));
        foreach (var expected in vector.GetProperty("ssidref").EnumerateObject())
        {
            Assert.Equal(expected.Value.GetString(), ssids.OfVm(expected.Name).ToString());
            Assert.Equal(expected.Name, ssids.VmLabelOf(ssids.OfVm(expected.Name)!.Value));
        }
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Every_decision_is_the_vectors(string name)
    {
        var matrices = AcmMatrices.Of(XenPolicies.Policy(name + ".xml"));
        var vector = Vector(name);
        Assert.Equal(Cells(vector, "ste_share"), matrices.SteShare.ToDictionary(cell => $"{cell.Left} | {cell.Right}", cell => cell.Permitted));
        Assert.Equal(Cells(vector, "chwall_pairwise"), matrices.ChineseWallPairwise.ToDictionary(cell => $"{cell.Running} running, start {cell.Starting}", cell => cell.Permitted));
        Assert.Equal(Cells(vector, "dom0_authorisation"), matrices.HostAuthorisation.ToDictionary(cell => $"{cell.Host} authorises {cell.Vm}", cell => cell.Permitted));
        Assert.Equal(Cells(vector, "resource_access"), matrices.ResourceAccess.ToDictionary(cell => $"{cell.Vm} -> {cell.Resource}", cell => cell.Permitted));
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_vector_reads_and_writes_back_as_it_was(string name)
    {
        var bytes = TestData.Bytes("acm-vectors", name + ".bin");
        var vector = Vector(name);
        Assert.True(AcmBinary.TryRead(bytes, out var policy, out var problem), problem?.ToString());
        Assert.Equal(bytes, policy.Encode());
        Assert.False(policy.IsLiveDump);
        Assert.Equal(vector.GetProperty("policy").GetString(), policy.Name);
        Assert.Equal(vector.GetProperty("version").GetString(), policy.XmlVersion.ToString());
        Assert.Equal(vector.GetProperty("xml_hash_sha1_of_minidom_toxml").GetString(), Convert.ToHexStringLower(policy.XmlHash.AsSpan()));
        Assert.Equal(vector.GetProperty("ssid_rows_vm").GetArrayLength(), policy.ChWallRows!.Rows);
    }

    private static JsonElement Vector(string name) => JsonDocument.Parse(TestData.Text("acm-vectors", name + ".json")).RootElement;

    private static IEnumerable<string?> Strings(JsonElement vector, string member) => vector.GetProperty(member).EnumerateArray().Select(item => item.GetString());

    private static Dictionary<string, bool> Cells(JsonElement vector, string member) => vector.GetProperty(member).EnumerateObject()
        .ToDictionary(cell => cell.Name, cell => cell.Value.ValueKind == JsonValueKind.True || (cell.Value.ValueKind == JsonValueKind.String && cell.Value.GetString() == "permit"));
}
