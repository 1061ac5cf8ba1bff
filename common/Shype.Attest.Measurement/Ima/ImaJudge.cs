using System.Text;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Ima;

/// <summary>
/// Judges entries one after the other. What rules say about a path is looked up once for each path. Only entries that a quote covers are worth judging; that is
/// for the caller.
/// </summary>
/// <param name="rules">What is said about files.</param>
/// <param name="banks">The PCR values at boot, for the boot_aggregate; empty where they are not known.</param>
/// <param name="showKeys">Whether signatures that no rule demands are findings too.</param>
public sealed class ImaJudge(ImaRuleSet rules, IReadOnlyList<PcrBank> banks, bool showKeys = false)
{
    private readonly Dictionary<string, PathRules> _paths = new(StringComparer.Ordinal);

    /// <summary>Files that a rule called good.</summary>
    public int Good { get; private set; }

    /// <summary>Files that were judged, or would have been had they been readable.</summary>
    public int Judged { get; private set; }

    /// <summary>Adds what there is to say about an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="sha1">The SHA-1 hash of its content.</param>
    /// <param name="findings">Where it goes.</param>
    public void Judge(in ImaEntry entry, ReadOnlySpan<byte> sha1, Action<ImaFinding> findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        if (entry.IsViolation)
        {
            // Whatever the entry says, ones were extended: its name is only what the list's keeper wrote.
            findings(Of(entry, ImaFindingCode.Violation, "a file was read while somebody could write it; its content is not known"));
            return;
        }

        if (!sha1.SequenceEqual(entry.TemplateHash.Span))
        {
            findings(Of(entry, ImaFindingCode.TemplateHashMismatch, "the hash in the list is not that of the entry's content",
                Convert.ToHexStringLower(sha1), Convert.ToHexStringLower(entry.TemplateHash.Span)));
        }

        if (entry.NameBytes.Span.SequenceEqual(ImaBootAggregate.Name))
        {
            var wrong = banks.Count > 0 ? ImaBootAggregate.Check(entry, banks) : null;
            if (wrong is not null)
            {
                findings(wrong);
            }

            // A kernel started by kexec adds its own later; what cannot be checked there may be any file of that name.
            if (entry.Index == 0 || banks.Count > 0 && wrong is null)
            {
                return;
            }
        }

        if (entry.Index == 0)
        {
            findings(Of(entry, ImaFindingCode.BootAggregateMissing, "the list does not begin with boot_aggregate"));
        }

        if (!entry.Template.IsKnown)
        {
            findings(Of(entry, ImaFindingCode.UnknownTemplate, $"the template '{entry.Template.Name}' is not known"));
            return;
        }

        // A template's name is not hashed: an entry that was relabelled to lose its name or digest must not pass for one that never had any.
        if (!entry.TryGetDigest(out var digest) || entry.NameBytes.IsEmpty)
        {
            findings(Of(entry, ImaFindingCode.UnknownTemplate, $"the template '{entry.Template.Name}' shows no name or no digest"));
            return;
        }

        if (digest.Hash.Length > 0 && ImaDigest.SizeOf(digest.Hash) == 0)
        {
            findings(Of(entry, ImaFindingCode.UnknownAlgorithm, $"the hash '{digest.Hash}' is not known"));
        }

        if (entry.TryGetField(ImaField.Buffer, out var buffer))
        {
            CheckBuffer(entry, digest, buffer, findings);
            return;
        }

        JudgeFile(entry, digest, findings);
    }

    private static void CheckBuffer(in ImaEntry entry, in ImaDigest digest, ReadOnlyMemory<byte> buffer, Action<ImaFinding> findings)
    {
        if (digest.Algorithm.IsHash() && digest.Algorithm.Hash(buffer.Span) is var hash && !hash.AsSpan().SequenceEqual(digest.Value.Span))
        {
            findings(Of(entry, ImaFindingCode.BufferMismatch, "the buffer does not hash to the digest beside it", Convert.ToHexStringLower(hash), digest.ToString()));
        }
    }

    private void JudgeFile(in ImaEntry entry, in ImaDigest digest, Action<ImaFinding> findings)
    {
        var path = RulesFor(entry.NameBytes.Span);
        var isSigned = CheckSignature(entry, digest, path, findings);
        if (path.IsIgnored)
        {
            return;
        }

        if (path.Denies(digest))
        {
            Judged++;
            findings(Of(entry, ImaFindingCode.FileDenied, "the file is on the deny list", Found: digest.ToString()));
        }
        else if (path.MustBeSigned)
        {
            (Judged, Good) = (Judged + 1, Good + (isSigned ? 1 : 0));
        }
        else if (rules.JudgesFiles)
        {
            Judged++;
            if (path.Allows(digest))
            {
                Good++;
            }
            else
            {
                findings(path.Allowed.Count == 0
                    ? Of(entry, ImaFindingCode.FileUnknown, "no rule names the file", Found: digest.ToString())
                    : Of(entry, ImaFindingCode.FileChanged, "the file has another digest than its rule", path.SomeDigest, digest.ToString()));
            }
        }
    }

    private bool CheckSignature(in ImaEntry entry, in ImaDigest digest, PathRules path, Action<ImaFinding> findings)
    {
        var demanded = path.MustBeSigned && !path.IsIgnored;
        if (!entry.TryGetField(ImaField.Signature, out var attribute) || attribute.IsEmpty)
        {
            if (demanded)
            {
                findings(Of(entry, ImaFindingCode.SignatureMissing, "the file must be signed and is not"));
            }

            return false;
        }

        if (!demanded && !showKeys)
        {
            return false;
        }

        var finding = Verify(entry, digest, attribute);
        if (finding is not null)
        {
            findings(finding);
        }

        return finding is null;
    }

    private ImaFinding? Verify(in ImaEntry entry, in ImaDigest digest, ReadOnlyMemory<byte> attribute)
    {
        if (!ImaSignature.TryRead(attribute, out var signature, out var problem))
        {
            return Of(entry, ImaFindingCode.SignatureMalformed, "the signature " + problem);
        }

        if (!signature.Hash.IsHash() || signature.Hash != digest.Algorithm)
        {
            return Of(entry, ImaFindingCode.SignatureNotChecked, $"the signature is over a digest by {signature.Hash.ToText()}, the entry has {digest.Hash}");
        }

        var isKnown = false;
        foreach (var key in rules.Keys)
        {
            if (key.KeyId == signature.KeyId || key.OtherKeyId == signature.KeyId)
            {
                isKnown = true;
                if (signature.Verify(digest, key))
                {
                    return null;
                }
            }
        }

        return isKnown
            ? Of(entry, ImaFindingCode.SignatureInvalid, $"the signature by key {signature.KeyId:x8} does not verify", Found: digest.ToString())
            : Of(entry, ImaFindingCode.SignatureKeyUnknown, $"the signature is by key {signature.KeyId:x8}, which is not among the keys", Found: $"{signature.KeyId:x8}");
    }

    private PathRules RulesFor(ReadOnlySpan<byte> name)
    {
        var path = Encoding.UTF8.GetString(name);
        if (_paths.TryGetValue(path, out var known))
        {
            return known;
        }

        var found = new PathRules(rules.Allow.Find(path), rules.Deny.Find(path), rules.Signed.Find(path).Count > 0, rules.Ignore.Find(path).Count > 0);
        if (_paths.Count < MeasurementLimits.MaxImaRememberedPaths)
        {
            _paths.Add(path, found);
        }

        return found;
    }

    private static ImaFinding Of(in ImaEntry entry, ImaFindingCode code, string detail, string? Expected = null, string? Found = null) =>
        new(code, entry.Index, entry.Name, detail, Expected, Found);

    private sealed record PathRules(IReadOnlyList<HashSet<string>> Allowed, IReadOnlyList<HashSet<string>> Denied, bool MustBeSigned, bool IsIgnored)
    {
        public string? SomeDigest => Allowed.SelectMany(digests => digests).FirstOrDefault();

        public bool Allows(in ImaDigest digest) => Allowed.Count > 0 && digest.ToString() is var text && Allowed.Any(digests => digests.Contains(text));

        public bool Denies(in ImaDigest digest) => Denied.Count > 0 && digest.ToString() is var text && Denied.Any(digests => digests.Count == 0 || digests.Contains(text));
    }
}
