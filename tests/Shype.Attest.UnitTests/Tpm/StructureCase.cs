using CsCheck;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.UnitTests.Tpm;

/// <summary>One kind of structure for tests that hold for all of them: how to make any, and how to read one.</summary>
public sealed record StructureCase(string Name, Gen<byte[]> Bytes, Func<byte[], bool, (byte[]? Again, TpmFormatProblem? Problem)> Read)
{
    private static readonly Gen<AlgorithmId> NameHash = Among(AlgorithmId.Sha1, AlgorithmId.Sha256, AlgorithmId.Sha384, AlgorithmId.Sha512, AlgorithmId.Sha3_256);
    private static readonly Gen<AlgorithmId> Hash = Gen.OneOf(NameHash, Gen.Const(AlgorithmId.Sm3));
    private static readonly Gen<byte[]> Digest = Gen.Byte.Array[0, 64];
    private static readonly Gen<Handle> AnyHandle = Gen.UInt.Select(value => new Handle(value));

    private static readonly Gen<TpmName> Name_ = Gen.OneOf(
        Gen.Const(TpmName.Empty),
        AnyHandle.Select(TpmName.OfHandle),
        NameHash.SelectMany(hash => Gen.Byte.Array[hash.DigestSize()].Select(digest => TpmWire.Parse<TpmName>([0, (byte)hash, .. digest]))));

    private static readonly Gen<HashValue> HashValues = Hash.SelectMany(hash =>
        Gen.Byte.Array[hash == AlgorithmId.Sm3 ? 32 : hash.DigestSize()].Select(digest => new HashValue(hash, digest)));

    private static readonly Gen<PcrSelection> Selection = Gen.Select(Hash, Gen.UInt, Gen.Int[1, 4], (bank, mask, size) =>
        new PcrSelection(bank, size == 4 ? mask : mask & ((1u << (8 * size)) - 1), size));

    private static readonly Gen<PcrSelectionList> Selections = Selection.Array[0, 16].Select(list => new PcrSelectionList(list));
    private static readonly Gen<ClockInfo> Clock = Gen.Select(Gen.ULong, Gen.UInt, Gen.UInt, Gen.Bool, (clock, resets, restarts, safe) => new ClockInfo(clock, resets, restarts, safe));

    private static readonly Gen<(StructureTag, AttestBody)> Body = Gen.OneOf(
        Gen.Select(Selections, Digest, (s, d) => (StructureTag.AttestQuote, (AttestBody)new QuoteBody(s, d))),
        Gen.Select(Name_, Name_, (n, q) => (StructureTag.AttestCertify, (AttestBody)new CertifyBody(n, q))),
        Gen.Select(Name_, Digest, (n, d) => (StructureTag.AttestCreation, (AttestBody)new CreationBody(n, d))),
        Gen.Select(Gen.ULong, Clock, Gen.ULong, (t, c, f) => (StructureTag.AttestTime, (AttestBody)new TimeBody(t, c, f))),
        Gen.Select(Name_, Gen.UShort, Gen.Byte.Array[0, 100], (n, o, c) => (StructureTag.AttestNv, (AttestBody)new NvBody(n, o, c))),
        Gen.Select(Name_, Digest, (n, d) => (StructureTag.AttestNvDigest, (AttestBody)new NvDigestBody(n, d))),
        Gen.Select(Gen.Bool, Digest, (e, d) => (StructureTag.AttestSessionAudit, (AttestBody)new SessionAuditBody(e, d))),
        Gen.Select(Gen.ULong, Hash, Digest, Digest, (c, h, a, d) => (StructureTag.AttestCommandAudit, (AttestBody)new CommandAuditBody(c, h, a, d))));

    private static readonly Gen<Attestation> Attests = Gen.Select(Gen.UInt, Name_, Gen.Byte.Array[0, 66], Clock, Gen.ULong, Body, (magic, signer, extra, clock, firmware, body) =>
        new Attestation(magic, body.Item1, signer, extra, clock, firmware, body.Item2));

    private static readonly Gen<Signature> Signatures = Gen.OneOf(
        Gen.Select(Among(AlgorithmId.RsaSsa, AlgorithmId.RsaPss), Hash, Gen.Byte.Array[0, 512], (s, h, v) => (Signature)new RsaSignature(s, h, v)),
        Gen.Select(Hash, Gen.Byte.Array[0, 66], Gen.Byte.Array[0, 66], (h, r, s) => (Signature)new EcdsaSignature(h, r, s)),
        Gen.Select(Among(AlgorithmId.Ecdaa, AlgorithmId.Sm2, AlgorithmId.EcSchnorr), Gen.Byte.Array[32], (s, r) =>
            (Signature)new OtherSignature(s, [0, 0x0b, 0, 32, .. r, 0, 2, 1, 2])),
        HashValues.Select(value => (Signature)new OtherSignature(AlgorithmId.Hmac, TpmWire.ToBytes(value))),
        Gen.Const((Signature)new NullSignature()));

    private static readonly Gen<SymmetricDefinition> Symmetric = Gen.OneOf(
        Gen.Const(SymmetricDefinition.None),
        Gen.Select(
            Among(AlgorithmId.Aes, AlgorithmId.Camellia, AlgorithmId.Sm4, AlgorithmId.TripleDes),
            Among<ushort>(128, 192, 256),
            Among(AlgorithmId.Cfb, AlgorithmId.Ctr, AlgorithmId.Ofb, AlgorithmId.Cbc, AlgorithmId.Ecb, AlgorithmId.Null),
            (algorithm, bits, mode) => new SymmetricDefinition(algorithm, bits, mode)));

    private static readonly Gen<AsymmetricScheme> RsaScheme = Gen.OneOf(
        Gen.Const(AsymmetricScheme.None),
        Gen.Const(new AsymmetricScheme(AlgorithmId.RsaEs, AlgorithmId.Null)),
        Gen.Select(Among(AlgorithmId.RsaSsa, AlgorithmId.RsaPss, AlgorithmId.Oaep), Hash, (s, h) => new AsymmetricScheme(s, h)));

    private static readonly Gen<AsymmetricScheme> EccScheme = Gen.OneOf(
        Gen.Const(AsymmetricScheme.None),
        Gen.Select(Among(AlgorithmId.Ecdsa, AlgorithmId.Ecdh, AlgorithmId.Sm2, AlgorithmId.EcSchnorr, AlgorithmId.EcMqv), Hash, (s, h) => new AsymmetricScheme(s, h)),
        Gen.Select(Hash, Gen.UShort, (h, count) => new AsymmetricScheme(AlgorithmId.Ecdaa, h, count)));

    private static readonly Gen<AsymmetricScheme> KdfScheme = Gen.OneOf(
        Gen.Const(AsymmetricScheme.None),
        Gen.Select(Among(AlgorithmId.Mgf1, AlgorithmId.Kdf2, AlgorithmId.Kdf1Sp800_56A, AlgorithmId.Kdf1Sp800_108), Hash, (s, h) => new AsymmetricScheme(s, h)));

    private static readonly Gen<KeyedHashScheme> KeyedHash = Gen.OneOf(
        Gen.Const(KeyedHashScheme.None),
        Hash.Select(hash => new KeyedHashScheme(AlgorithmId.Hmac, hash, AlgorithmId.Null)),
        Hash.Select(hash => new KeyedHashScheme(AlgorithmId.Xor, hash, AlgorithmId.Kdf1Sp800_108)));

    private static readonly Gen<ObjectAttributes> Attributes = Gen.UInt.Select(bits => (ObjectAttributes)(bits & 0x000f_0ff6));

    private static readonly Gen<(AlgorithmId Type, PublicParameters Parameters)> Parameters = Gen.OneOf(
        Gen.Select(Symmetric, RsaScheme, Among<ushort>(1024, 2048, 3072, 4096), Gen.UInt, (s, a, b, e) => (AlgorithmId.Rsa, (PublicParameters)new RsaParameters(s, a, b, e))),
        Gen.Select(Symmetric, EccScheme, Among(EccCurve.NistP256, EccCurve.NistP384, EccCurve.NistP521, EccCurve.BnP256), KdfScheme, (s, a, c, k) =>
            (AlgorithmId.Ecc, (PublicParameters)new EccParameters(s, a, c, k))),
        KeyedHash.Select(scheme => (AlgorithmId.KeyedHash, (PublicParameters)new KeyedHashParameters(scheme))),
        Symmetric.Select(cipher => (AlgorithmId.SymCipher, (PublicParameters)new SymCipherParameters(cipher))));

    private static readonly Gen<PublicArea> Areas = Gen.Select(NameHash, Attributes, Parameters, Gen.Bool, Gen.Bool).SelectMany((hash, attributes, parameters, hasPolicy, hasUnique) =>
        Gen.Select(Gen.Byte.Array[hasPolicy ? hash.DigestSize() : 0], Unique(parameters.Parameters, hash, hasUnique), (policy, unique) =>
            new PublicArea(parameters.Type, hash, attributes, policy, parameters.Parameters, unique)));

    private static readonly Gen<NvPublic> NvPublics = Gen.Select(Gen.UInt[0, 0xff_ffff], NameHash, Gen.UInt, Gen.Bool, Gen.UShort).SelectMany((index, hash, attributes, hasPolicy, size) =>
        Gen.Byte.Array[hasPolicy ? hash.DigestSize() : 0].Select(policy => new NvPublic(new Handle(0x0100_0000 | index), hash, (NvAttributes)(attributes & ~0x01f0_0300u), policy, size)));

    /// <summary>Every structure.</summary>
    public static IReadOnlyList<StructureCase> All { get; } =
    [
        Of(AnyHandle), Of(Name_), Of(HashValues), Of(Selection), Of(Selections), Of(Clock), Of(Attests), Of(Signatures), Of(Symmetric), Of(Areas), Of(NvPublics),
        Of(Gen.Select(Digest, Gen.Byte.Array[0, 66], (integrity, identity) => new IdObject(integrity, identity))),
        Of(Gen.Select(Among(StructureTag.Creation, StructureTag.Verified, StructureTag.AuthSecret, StructureTag.AuthSigned, StructureTag.HashCheck), AnyHandle, Digest, (t, h, d) => new Ticket(t, h, d))),
        Of(Digest.Array[0, 8].Select(digests => new DigestList(digests))),
        Of(HashValues.Array[0, 16].Select(digests => new DigestValues(digests))),
        Of(Gen.Select(Gen.ULong, AnyHandle, AnyHandle, Gen.Byte.Array[0, 300], (s, h, r, b) => new SavedContext(s, h, r, b))),
        Of(Gen.Select(Digest, Gen.Byte.Array[0, 128], (auth, data) => new SensitiveCreate(auth, data))),
        Of(Gen.Select(Selections, Digest, Gen.Byte, NameHash, Name_, Name_, Gen.Byte.Array[0, 66], (s, d, l, h, n, q, o) => new CreationData(s, d, l, h, n, q, o))),
    ];

    public override string ToString() => Name;

    private static Gen<T> Among<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<PublicUnique> Unique(PublicParameters parameters, AlgorithmId hash, bool has) => parameters switch
    {
        RsaParameters rsa => Gen.Byte.Array[has ? rsa.KeyBits / 8 : 0].Select(modulus => (PublicUnique)new BytesUnique(modulus)),
        EccParameters => Gen.Select(Gen.Byte.Array[0, 32], Gen.Byte.Array[0, 32], (x, y) => (PublicUnique)new EccUnique(x, y)),
        _ => Gen.Byte.Array[has ? hash.DigestSize() : 0].Select(digest => (PublicUnique)new BytesUnique(digest)),
    };

    private static StructureCase Of<T>(Gen<T> any)
        where T : ITpmStructure<T> => new(T.StructureName, any.Select(TpmWire.ToBytes), (bytes, sized) =>
            (sized ? TpmWire.TryParseSized<T>(bytes, out var value, out var problem) : TpmWire.TryParse(bytes, out value, out problem)) ? (TpmWire.ToBytes(value!), null) : (null, problem));
}
