using Shype.Attest.Protocol;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Protocol;

/// <summary>The files of tpm2-tools as a shell packs them.</summary>
public sealed class ToolFilesTests
{
    private static readonly byte[] Nonce = Convert.FromHexString(TestData.Text("swtpm", "nonce.hex").Trim());

    [Theory]
    [InlineData("ak_rsassa")]
    [InlineData("ak_ecdsa384")]
    public void The_tools_own_files_become_evidence(string ak)
    {
        Assert.True(ToolFiles.TryRead(Files(ak), Nonce, out var evidence, out var problem), problem?.ToString());
        Assert.Equal(EvidenceOrigin.Tools, evidence.Origin);
        Assert.Equal(TestData.Bytes("swtpm", ak + ".name"), evidence.AkName.ToArray());
        Assert.Equal(24, evidence.PcrValues.Count);
        Assert.Equal(Nonce, evidence.ChallengeNonce.ToArray());
        // As it is kept, and read again from an archive.
        Assert.True(Evidence.TryDecode(evidence.Encode(), out var kept, out problem), problem?.ToString());
        Assert.Equal(EvidenceOrigin.Tools, kept.Origin);
        Assert.Equal(evidence.Encode(), kept.Encode());
    }

    [Theory]
    [InlineData("quote", null, "is missing")]
    [InlineData("signature", null, "is missing")]
    [InlineData("ak", null, "is missing")]
    [InlineData("pcrs", null, "is missing")]
    [InlineData("quote", "text/plain", "a record of type application/vnd.shype.tpms-attest is needed")]
    public void What_is_missing_or_of_another_type_is_named(string label, string? type, string expected)
    {
        var entries = new Dictionary<string, Cmw>(Files("ak_rsassa").Entries);
        if (type is null)
        {
            entries.Remove(label);
        }
        else
        {
            entries[label] = ((CmwRecord)entries[label]) with { MediaType = type };
        }

        Assert.False(ToolFiles.TryRead(new CmwMap(ToolFiles.CollectionType, entries), Nonce, out _, out var problem));
        Assert.Equal((label, expected), (problem.Member, problem.Problem));
    }

    [Fact]
    public void Broken_files_are_refused_with_their_name()
    {
        foreach (var label in (string[])["ak", "pcrs"])
        {
            var entries = new Dictionary<string, Cmw>(Files("ak_rsassa").Entries);
            var whole = ((CmwRecord)entries[label]).Value;
            for (var length = 0; length < whole.Length; length += 7)
            {
                entries[label] = ((CmwRecord)entries[label]) with { Value = whole[..length] };
                Assert.False(ToolFiles.TryRead(new CmwMap(null, entries), Nonce, out _, out var problem));
                Assert.Equal(label, problem.Member);
            }
        }
    }

    [Fact]
    public void Another_collection_and_another_label_are_refused()
    {
        var files = Files("ak_rsassa");
        Assert.False(ToolFiles.TryRead(files with { CollectionType = "tag:x" }, Nonce, out _, out _));
        Assert.False(ToolFiles.TryRead(new CmwMap(null, new Dictionary<string, Cmw>(files.Entries) { ["x"] = files.Entries["ak"] }), Nonce, out _, out var problem));
        Assert.StartsWith("'x' is none of", problem.Problem, StringComparison.Ordinal);
        Assert.False(ToolFiles.TryRead(files.Entries["ak"], Nonce, out _, out _));
    }

    private static CmwMap Files(string ak) => new(ToolFiles.CollectionType, new Dictionary<string, Cmw>
    {
        ["quote"] = new CmwRecord(MediaTypes.TpmsAttest, null, TestData.Bytes("swtpm", ak + ".quote.msg")),
        ["signature"] = new CmwRecord(MediaTypes.TpmtSignature, null, TestData.Bytes("swtpm", ak + ".quote.sig")),
        ["ak"] = new CmwRecord(MediaTypes.TpmPublic, null, TestData.Bytes("swtpm", ak + ".tpm2b_public")),
        ["pcrs"] = new CmwRecord(MediaTypes.ToolPcrs, null, TestData.Bytes("swtpm", ak + ".quote.pcrs")),
    });
}
