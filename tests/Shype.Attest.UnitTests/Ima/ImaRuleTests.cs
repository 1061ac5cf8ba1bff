using System.Security.Cryptography;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Ima;

/// <summary>What rules say about files, and signatures of files.</summary>
public sealed class ImaRuleTests
{
    private static readonly string Good = "sha256:" + Convert.ToHexStringLower(SHA256.HashData("good"u8));

    [Theory]
    [InlineData("/usr/bin/sh", "/usr/bin/sh", true)]
    [InlineData("/usr/bin/*", "/usr/bin/sh", true)]
    [InlineData("/usr/bin/*", "/usr/bin/a/b", false)]
    [InlineData("/usr/**", "/usr/bin/a/b", true)]
    [InlineData("/usr/**/b", "/usr/bin/a/b", true)]
    [InlineData("/usr/**", "/user", false)]
    [InlineData("/a?c", "/abc", true)]
    [InlineData("/a?c", "/a/c", false)]
    [InlineData("*", "", true)]
    [InlineData("**", "/x/y", true)]
    [InlineData("/a*b*c", "/aXbYc", true)]
    [InlineData("/a*b*c", "/aXbY", false)]
    [InlineData("/a.c", "/abc", false)]
    public void A_pattern_matches_what_it_says(string pattern, string path, bool matches)
    {
        Assert.True(ImaPathPattern.TryRead(pattern, out var read, out _));
        Assert.Equal(matches, read.Matches(path));
    }

    [Fact]
    public void A_pattern_matches_as_a_slow_and_simple_matcher_does()
    {
        var random = new Random(5);
        for (var round = 0; round < 20_000; round++)
        {
            var pattern = Text(random, "ab/*?", 8);
            var path = Text(random, "ab/", 8);
            Assert.True(ImaPathPattern.TryRead(pattern, out var read, out _));
            Assert.True(read.Matches(path) == Slow(pattern, path), $"{pattern} {path}");
        }
    }

    [Fact]
    public void A_pattern_of_nothing_but_stars_costs_no_more_than_its_length_times_the_paths()
    {
        Assert.True(ImaPathPattern.TryRead(string.Concat(Enumerable.Repeat("a*", 500)) + "b", out var pattern, out _));
        Assert.False(pattern.Matches(new string('a', 4096)));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_pattern_at_its_limit_passes_and_one_character_more_names_the_limit(int over, bool passes)
    {
        Assert.Equal(passes, ImaPathPattern.TryRead(new string('a', MeasurementLimits.MaxImaPatternCharacters + over), out _, out var problem));
        Assert.True(passes || problem!.Contains(nameof(MeasurementLimits.MaxImaPatternCharacters), StringComparison.Ordinal));
    }

    [Fact]
    public void Files_are_judged_by_the_rules_that_name_them()
    {
        var rules = new ImaRules
        {
            Allow = [new() { Path = "/bin/**", Digests = [Good] }, new() { Path = "/bin/two", Digests = ["sha256:" + new string('0', 64)] }],
            Deny = [new() { Path = "/bin/evil" }, new() { Path = "**", Digests = ["sha256:" + Convert.ToHexStringLower(SHA256.HashData("bad"u8))] }],
            Ignore = ["/var/log/**"],
        };
        Assert.Equal([], Judge(rules, ("/bin/sh", "good")));
        Assert.Equal([ImaFindingCode.FileChanged], Judge(rules, ("/bin/sh", "other")));
        Assert.Equal([], Judge(rules, ("/bin/two", "good")));
        Assert.Equal([ImaFindingCode.FileUnknown], Judge(rules, ("/sbin/init", "good")));
        Assert.Equal([ImaFindingCode.FileDenied], Judge(rules, ("/bin/evil", "good")));
        Assert.Equal([ImaFindingCode.FileDenied], Judge(rules, ("/bin/sh", "bad")));
        Assert.Equal([], Judge(rules, ("/var/log/syslog", "whatever")));
        Assert.Equal([], Judge(ImaRules.None, ("/sbin/init", "whatever")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_signature_holds_for_its_digest_and_its_key_only(bool isRsa)
    {
        var (signer, other) = isRsa ? (ImaSigner.Rsa, ImaSigner.Ecdsa) : (ImaSigner.Ecdsa, ImaSigner.Rsa);
        var rules = new ImaRules { MustBeSigned = ["/bin/**"], Keys = [signer.Pem] };
        Assert.Equal([], Judge(rules, ("/bin/sh", "good", signer.SignFile("good"))));
        Assert.Equal([ImaFindingCode.SignatureInvalid], Judge(rules, ("/bin/sh", "other", signer.SignFile("good"))));
        Assert.Equal([ImaFindingCode.SignatureKeyUnknown], Judge(rules, ("/bin/sh", "good", other.SignFile("good"))));
        Assert.Equal([ImaFindingCode.SignatureMissing], Judge(rules, ("/bin/sh", "good")));
        Assert.Equal([ImaFindingCode.SignatureMissing], Judge(rules, ("/bin/sh", "good", [])));
        var spoiled = signer.SignFile("good");
        spoiled[^1] ^= 1;
        Assert.Equal([ImaFindingCode.SignatureInvalid], Judge(rules, ("/bin/sh", "good", spoiled)));
        Assert.Equal([ImaFindingCode.SignatureMalformed], Judge(rules, ("/bin/sh", "good", spoiled[..^1])));
    }

    [Fact]
    public void L13_a_key_id_that_was_copied_from_a_good_key_does_not_make_a_signature()
    {
        var forged = ImaSigner.Ecdsa.SignFile("good");
        ImaSigner.Rsa.SignFile("good").AsSpan(3, 4).CopyTo(forged.AsSpan(3));
        Assert.Equal([ImaFindingCode.SignatureInvalid], Judge(new() { MustBeSigned = ["/bin/**"], Keys = [ImaSigner.Rsa.Pem] }, ("/bin/sh", "good", forged)));
    }

    [Fact]
    public void A_signature_of_a_verity_digest_is_none_of_a_file_and_the_other_way_round()
    {
        var digest = SHA256.HashData("tree"u8);
        Assert.True(ImaKey.TryRead(System.Text.Encoding.ASCII.GetBytes(ImaSigner.Rsa.Pem), out var keys, out _));
        foreach (var isVerity in (bool[])[false, true])
        {
            Assert.True(ImaSignature.TryRead(ImaSigner.Rsa.Sign(digest, isVerity), out var signature, out _));
            Assert.True(signature.Verify(new ImaDigest("sha256", isVerity, digest), keys[0]));
            Assert.False(signature.Verify(new ImaDigest("sha256", !isVerity, digest), keys[0]));
        }
    }

    [Fact]
    public void A_buffer_must_hash_to_the_digest_beside_it()
    {
        var writer = new ImaListWriter([AlgorithmId.Sha256]);
        writer.Add("ima-buf", ImaListWriter.Digest(AlgorithmId.Sha256, SHA256.HashData("key"u8)), ImaListWriter.Name(".ima"), [.. "another key"u8]);
        Assert.Contains(ImaFindingCode.BufferMismatch, ImaLists.Codes(ImaLists.Read(writer.ToArray())));
    }

    [Theory]
    [InlineData("allow[0].path is empty", "", "sha256:00")]
    [InlineData("allow[0].digests: 'sha256:00' is not", "/x", "sha256:00")]
    [InlineData("allow[0].digests: 'nohash:00' is not", "/x", "nohash:00")]
    public void Rules_that_are_none_are_refused_by_place(string problem, string path, string digest)
    {
        if (path.Length == 0)
        {
            digest = Good;
        }

        Assert.False(ImaRuleSet.TryCreate(new() { Allow = [new() { Path = path, Digests = [digest] }] }, out _, out var found));
        Assert.StartsWith(problem, found, StringComparison.Ordinal);
    }

    [Fact]
    public void Signatures_cannot_be_demanded_without_a_key() =>
        Assert.False(ImaRuleSet.TryCreate(new() { MustBeSigned = ["/bin/**"] }, out _, out _));

    [Fact]
    public void Every_word_of_the_rules_is_in_their_digest()
    {
        ImaRules[] all =
        [
            new(), new() { Allow = [new() { Path = "/x" }] }, new() { Deny = [new() { Path = "/x" }] }, new() { Ignore = ["/x"] },
            new() { Allow = [new() { Path = "/x", Digests = [Good] }] }, new() { MustBeSigned = ["/x"], Keys = [ImaSigner.Rsa.Pem] },
            new() { MustBeSigned = ["/x"], Keys = [ImaSigner.Ecdsa.Pem] },
        ];
        Assert.Equal(all.Length, all.Select(rules => Convert.ToHexString(Set(rules).Digest.Span)).Distinct().Count());
    }

    internal static ImaRuleSet Set(ImaRules rules) => ImaRuleSet.TryCreate(rules, out var set, out var problem) ? set : throw new ArgumentException(problem, nameof(rules));

    private static List<ImaFindingCode> Judge(ImaRules rules, (string Path, string Content) file) => Judge(rules, writer =>
        writer.AddFile(file.Path, AlgorithmId.Sha256, SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(file.Content))));

    private static List<ImaFindingCode> Judge(ImaRules rules, (string Path, string Content, byte[] Signature) file) => Judge(rules, writer =>
        writer.AddFile(file.Path, AlgorithmId.Sha256, SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(file.Content)), file.Signature));

    private static List<ImaFindingCode> Judge(ImaRules rules, Action<ImaListWriter> add)
    {
        var writer = new ImaListWriter([AlgorithmId.Sha256]);
        writer.AddFile("boot_aggregate", AlgorithmId.Sha256, new byte[32]);
        add(writer);
        var (judge, reader, found) = (new ImaJudge(Set(rules), []), new ImaListReader(writer.ToArray()), new List<ImaFindingCode>());
        while (!reader.AtEnd && reader.TryRead(out var entry, out _))
        {
            judge.Judge(entry, entry.TemplateHash.Span, finding => found.Add(finding.Code));
        }

        return found;
    }

    private static string Text(Random random, string alphabet, int most) =>
        string.Concat(Enumerable.Range(0, random.Next(1, most)).Select(_ => alphabet[random.Next(alphabet.Length)]));

    private static bool Slow(ReadOnlySpan<char> pattern, ReadOnlySpan<char> path)
    {
        if (pattern.IsEmpty)
        {
            return path.IsEmpty;
        }

        var isDeep = pattern.StartsWith("**");
        if (pattern[0] != '*')
        {
            return !path.IsEmpty && (pattern[0] == path[0] || pattern[0] == '?' && path[0] != '/') && Slow(pattern[1..], path[1..]);
        }

        return Slow(pattern[(isDeep ? 2 : 1)..], path) || !path.IsEmpty && (isDeep || path[0] != '/') && Slow(pattern, path[1..]);
    }
}
