using System.Text;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

public sealed class ReferenceTests
{
    private static readonly byte[] Example = File.ReadAllBytes(Path.Combine(TestData.Root, "docs", "references.example.json"));

    [Fact]
    public void The_example_in_the_documentation_is_good()
    {
        Assert.True(ReferenceSet.TryRead(Example, out var set, out var problem), problem?.ToString());
        Assert.NotEmpty(set.Hypervisors);
        Assert.NotEmpty(set.Document.Policies);
        Assert.Equal(VirtualPolicies.Canonical(VirtualPolicies.Banks), set.Document.Policies[0].CanonicalDigest);
        Assert.Contains(set.Document.Vms, vm => vm.Disks.Count > 0);
    }

    [Fact]
    public void What_is_written_is_read_back_the_same_with_the_same_digest()
    {
        var bytes = ReferenceSet.Encode(VirtualReferences.Document);
        Assert.True(ReferenceSet.TryRead(bytes, out var set, out _));
        Assert.Equal(bytes, ReferenceSet.Encode(set.Document));
        Assert.Equal(VirtualReferences.Set.Digest.ToArray(), set.Digest.ToArray());
        Assert.NotEqual(ReferenceSet.Empty.Digest.ToArray(), set.Digest.ToArray());
    }

    [Fact]
    public void White_space_does_not_change_the_digest()
    {
        Assert.True(ReferenceSet.TryRead(Example, out var one, out _));
        Assert.True(ReferenceSet.TryRead(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Example).Replace("\n", "\n   ", StringComparison.Ordinal)), out var other, out _));
        Assert.Equal(one.Digest.ToArray(), other.Digest.ToArray());
    }

    [Theory]
    [InlineData("unknown member", """{"format": 1, "hosts": []}""", "hosts")]
    [InlineData("duplicate member", """{"format": 1, "format": 1}""", "format")]
    [InlineData("format missing", "{}", "format")]
    [InlineData("another format", """{"format": 2}""", "$.format")]
    [InlineData("not a digest", """{"format": 1, "policies": [{"name": "p", "canonicalDigest": "sha256:00"}]}""", "$.policies[0].canonicalDigest")]
    [InlineData("digest null", """{"format": 1, "policies": [{"name": "p", "canonicalDigest": null}]}""", "$.policies[0].canonicalDigest")]
    [InlineData("policy digest of another kind", """{"format": 1, "policies": [{"name": "p", "canonicalDigest": "fs-verity:0000000000000000000000000000000000000000000000000000000000000000"}]}""", "$.policies[0].canonicalDigest")]
    [InlineData("name empty", """{"format": 1, "vms": [{"name": "web"}, {"name": ""}]}""", "$.vms[1].name")]
    [InlineData("control character", """{"format": 1, "vms": [{"name": "we\u001bb"}]}""", "$.vms[0].name")]
    [InlineData("disk twice", """{"format": 1, "vms": [{"name": "web", "disks": [{"name": "a"}, {"name": "a"}]}]}""", "$.vms[0].disks")]
    [InlineData("uuid malformed", """{"format": 1, "vms": [{"name": "web", "uuid": "1"}]}""", "$.vms[0].uuid")]
    [InlineData("not JSON", "format: 1", "$ at byte 1")]
    public void A_bad_document_is_refused_by_the_member_that_is_bad(string what, string json, string member)
    {
        Assert.False(ReferenceSet.TryRead(Encoding.UTF8.GetBytes(json), out _, out var problem), what);
        Assert.Contains(member, problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void The_number_of_entries_is_bounded(int over, bool good)
    {
        var vms = Enumerable.Range(0, AppraisalLimits.MaxReferences + over).Select(i => new VmReference { Name = $"vm-{i}" }).ToList();
        Assert.Equal(good, ReferenceSet.TryCreate(new() { Format = 1, Vms = vms }, out _, out var problem));
        Assert.Equal(good ? null : nameof(AppraisalLimits.MaxReferences), problem?.Limit);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Texts_are_bounded(int over, bool good) => Assert.Equal(good, ReferenceSet.TryCreate(
        new() { Format = 1, Vms = [new() { Name = new string('a', AppraisalLimits.MaxReferenceText + over) }] }, out _, out _));

    [Fact]
    public void The_size_is_bounded() =>
        Assert.False(ReferenceSet.TryRead(new byte[AppraisalLimits.MaxReferenceBytes + 1], out _, out var problem) && problem?.Limit == nameof(AppraisalLimits.MaxReferenceBytes));

    [Fact]
    public void A_reference_with_a_uuid_is_for_no_other_VM_of_that_name()
    {
        var set = VirtualReferences.With(document => document with { Vms = [new() { Name = "web", Uuid = VirtualVms.Web.Uuid }, new() { Name = "any" }] });
        Assert.Single(set.FindVm(VirtualVms.Web.Uuid, "renamed"));
        Assert.Empty(set.FindVm(VirtualVms.Database.Uuid, "web"));
        Assert.Single(set.FindVm(VirtualVms.Database.Uuid, "any"));
    }
}
