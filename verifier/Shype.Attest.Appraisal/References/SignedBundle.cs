using System.Diagnostics.CodeAnalysis;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using Shype.Attest.Appraisal.References.Corim;

namespace Shype.Attest.Appraisal.References;

/// <summary>A bundle in its signed form: COSE_Sign1 (RFC 9052 4.2, CBOR tag 18) over a CoRIM (draft-ietf-rats-corim 4.2).</summary>
public static class SignedBundle
{
    /// <summary>The content type of what is signed (draft-ietf-rats-corim 12.7).</summary>
    public const string ContentType = "application/rim+cbor";

    /// <summary>Opens a bundle that one of the signers signed; only then what is in it is read.</summary>
    public static bool TryOpen(
        byte[] bytes, IReadOnlyList<ReferenceSigner> signers, [NotNullWhen(true)] out OpenedBundle? bundle, [NotNullWhen(false)] out BundleRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentNullException.ThrowIfNull(signers);
        bundle = null;
        if (bytes.Length > AppraisalLimits.MaxBundleBytes)
        {
            refusal = new(BundleProblem.Malformed, $"{bytes.Length} bytes, {AppraisalLimits.MaxBundleBytes} are allowed", nameof(AppraisalLimits.MaxBundleBytes));
            return false;
        }

        if (!TryDecode(bytes, out var message, out refusal))
        {
            return false;
        }

        (var signer, refusal) = CheckHeaders(message) is { } unfit ? (null, unfit) : FindSigner(message, signers);
        if (signer is null)
        {
            refusal ??= new(BundleProblem.SignatureInvalid, "its signature does not hold");
            return false;
        }

        var payload = message.Content!.Value.ToArray();
        if (!CorimReader.TryRead(payload, out var corim, out var problem) || !ReferenceSet.TryCreate(corim.Content, out var content, out problem))
        {
            refusal = new(BundleProblem.Malformed, problem!.ToString(), problem.Limit);
            return false;
        }

        bundle = new(
            new ReferenceBundle
            {
                Name = corim.Id, Sequence = corim.Sequence, Origin = corim.Origin, NotBefore = corim.NotBefore, NotAfter = corim.NotAfter, Signer = signer, Content = content,
            },
            SHA256.HashData(payload), corim.Unused);
        return true;
    }

    /// <summary>Signs a CoRIM.</summary>
    /// <exception cref="CryptographicException">The key cannot sign, or is of a kind that no verifier takes.</exception>
    public static byte[] Sign(byte[] corim, AsymmetricAlgorithm key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var algorithm = CoseAlgorithm.Of(key) ?? throw new CryptographicException("a key on P-256, P-384 or P-521, or an RSA key of 2048 to 8192 bits is needed");
        var headers = new CoseHeaderMap
        {
            { CoseHeaderLabel.ContentType, CoseHeaderValue.FromString(ContentType) },
            { CoseHeaderLabel.KeyIdentifier, CoseHeaderValue.FromBytes(SHA256.HashData(key.ExportSubjectPublicKeyInfo())) },
        };
        return CoseSign1Message.SignEmbedded(corim, algorithm.Signer(key, headers));
    }

    private static bool TryDecode(byte[] bytes, [NotNullWhen(true)] out CoseSign1Message? message, [NotNullWhen(false)] out BundleRefusal? refusal)
    {
        (message, refusal) = (null, null);
        // Bounds first: the library below reads whatever depth it meets.
        if (!CorimCursor.TryRead(new CorimCursor(bytes), Walk, out var tag, out var problem))
        {
            refusal = new(BundleProblem.Malformed, problem!.ToString(), problem.Limit);
            return false;
        }

        if (tag != SignedTag)
        {
            refusal = tag == UnsignedTag
                ? new(BundleProblem.NotSigned, "it is a CoRIM without a signature (tag 501)")
                : new(BundleProblem.Malformed, $"it begins with tag {tag}; a signed CoRIM begins with 18 (COSE_Sign1)");
            return false;
        }

        try
        {
            message = CoseMessage.DecodeSign1(bytes);
            return true;
        }
        catch (CryptographicException refused)
        {
            refusal = new(BundleProblem.Malformed, $"it is no COSE_Sign1: {refused.InnerException?.Message ?? refused.Message}");
            return false;
        }
    }

    private static string Walk(CorimCursor cursor)
    {
        var tag = cursor.ReadTag("COSE_Sign1").ToString(System.Globalization.CultureInfo.InvariantCulture);
        cursor.Skip("COSE_Sign1");
        return tag;
    }

    private static BundleRefusal? CheckHeaders(CoseSign1Message message)
    {
        var headers = message.ProtectedHeaders;
        if (message.Content is null)
        {
            return new(BundleProblem.Malformed, "its content is detached; a bundle carries what is signed");
        }

        // RFC 9052 3.1: whoever does not understand a critical header must refuse, and this program asks for none.
        if (headers.ContainsKey(CoseHeaderLabel.CriticalHeaders) || HashEnvelope.Any(headers.ContainsKey))
        {
            return new(BundleProblem.Malformed, "it has headers that change what is signed, and that this program does not know");
        }

        return headers.TryGetValue(CoseHeaderLabel.ContentType, out var type) && TextOf(type) is ContentType or "application/corim-unsigned+cbor"
            ? null
            : new(BundleProblem.Malformed, $"its content type is not {ContentType}");
    }

    private static (ReferenceSigner?, BundleRefusal?) FindSigner(CoseSign1Message message, IReadOnlyList<ReferenceSigner> signers)
    {
        var number = message.ProtectedHeaders.TryGetValue(CoseHeaderLabel.Algorithm, out var header) ? NumberOf(header) : null;
        if (number is not { } id || CoseAlgorithm.Find(id) is not { } algorithm)
        {
            return (null, new(BundleProblem.AlgorithmRefused, $"its algorithm is {number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "not named in a protected header"}; "
                + "ES256, ES384, ES512, PS256, PS384 and PS512 are taken"));
        }

        var keyId = KeyIdOf(message);
        var named = signers.Where(signer => signer.KeyId == keyId).ToList();
        foreach (var signer in named.Count > 0 ? named : signers)
        {
            using var key = signer.ImportKey();
            if (algorithm.Fits(key) && Verifies(message, key))
            {
                return (signer, null);
            }
        }

        return (null, named.Count > 0
            ? new(BundleProblem.SignatureInvalid, $"the signature with {algorithm.Name} is not by the key of '{named[0].Name}' that it names, or the content was changed")
            : new(BundleProblem.SignerUnknown, keyId is null ? "no key of an allowed signer made its signature" : $"its key {keyId} is not that of an allowed signer"));
    }

    private static bool Verifies(CoseSign1Message message, AsymmetricAlgorithm key)
    {
        try
        {
            return message.VerifyEmbedded(key);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static string? KeyIdOf(CoseSign1Message message)
    {
        foreach (var headers in (CoseHeaderMap[])[message.ProtectedHeaders, message.UnprotectedHeaders])
        {
            if (headers.TryGetValue(CoseHeaderLabel.KeyIdentifier, out var value) && Read(value, CborReaderState.ByteString, reader => reader.ReadByteString()) is { Length: <= 64 } id)
            {
                return Convert.ToHexStringLower(id);
            }
        }

        return null;
    }

    private static string? TextOf(CoseHeaderValue value) => Read(value, CborReaderState.TextString, reader => reader.ReadTextString());

    private static int? NumberOf(CoseHeaderValue value) => Read(value, CborReaderState.NegativeInteger, reader => (object)reader.ReadInt32()) as int?;

    private static T? Read<T>(CoseHeaderValue value, CborReaderState state, Func<CborReader, T> read)
        where T : class
    {
        try
        {
            var reader = new CborReader(value.EncodedValue);
            return reader.PeekState() == state ? read(reader) : null;
        }
        catch (Exception refused) when (refused is CborContentException or OverflowException)
        {
            return null;
        }
    }

    // draft-ietf-cose-hash-envelope: the payload is a hash of something else.
    private static readonly CoseHeaderLabel[] HashEnvelope = [new(258), new(259), new(260)];

    private const string SignedTag = "18";
    private const string UnsignedTag = "501";
}

/// <summary>A bundle whose signature holds.</summary>
/// <param name="Bundle">The bundle.</param>
/// <param name="ContentDigest">SHA-256 of what was signed: two signatures over one CoRIM differ, this does not.</param>
/// <param name="Unused">Parts of the CoRIM that this verifier has no use for.</param>
public sealed record OpenedBundle(ReferenceBundle Bundle, ReadOnlyMemory<byte> ContentDigest, int Unused);

/// <summary>Why a bundle is not taken.</summary>
/// <param name="Problem">What kind of reason.</param>
/// <param name="Detail">What exactly.</param>
/// <param name="Limit">The name in <see cref="AppraisalLimits"/> when a limit was crossed.</param>
public sealed record BundleRefusal(BundleProblem Problem, string Detail, string? Limit = null);

/// <summary>The reasons for which a bundle is not taken.</summary>
public enum BundleProblem
{
    /// <summary>It cannot be read.</summary>
    Malformed,

    /// <summary>Nobody signed it.</summary>
    NotSigned,

    /// <summary>It is signed with an algorithm that is not taken.</summary>
    AlgorithmRefused,

    /// <summary>Whoever signed it is not one of the allowed signers.</summary>
    SignerUnknown,

    /// <summary>The signature does not hold.</summary>
    SignatureInvalid,
}
