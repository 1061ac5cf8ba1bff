using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Testing.World;

/// <summary>What a test can make a quote say, or how it is signed. As it comes from <see cref="VirtualTpm.Quote"/> it is what an honest TPM signs.</summary>
public sealed record QuoteSpec
{
    /// <summary>magic.</summary>
    public uint Magic { get; init; } = Attestation.GeneratedValue;

    /// <summary>type.</summary>
    public StructureTag Type { get; init; } = StructureTag.AttestQuote;

    /// <summary>qualifiedSigner.</summary>
    public required TpmName QualifiedSigner { get; init; }

    /// <summary>extraData.</summary>
    public required byte[] ExtraData { get; init; }

    /// <summary>clockInfo.</summary>
    public required ClockInfo Clock { get; init; }

    /// <summary>firmwareVersion.</summary>
    public required ulong FirmwareVersion { get; init; }

    /// <summary>pcrSelect.</summary>
    public required PcrSelectionList Selections { get; init; }

    /// <summary>The values that are hashed; null for those of the TPM.</summary>
    public IReadOnlyList<PcrBank>? Banks { get; init; }

    /// <summary>The hash of the PCR digest; null for that of the signature.</summary>
    public AlgorithmId? DigestHash { get; init; }

    /// <summary>The hash of the signature; null for that of the key.</summary>
    public AlgorithmId? SignatureHash { get; init; }

    /// <summary>Another body than a quote's.</summary>
    public AttestBody? Body { get; init; }

    /// <summary>The key that signs.</summary>
    public required VirtualAk Signer { get; init; }

    /// <summary>Changes the signed bytes before they are signed.</summary>
    public Func<byte[], byte[]> Attest { get; init; } = bytes => bytes;
}

/// <summary>A TPM in memory: PCR banks, a clock with its counters, and an attestation key. Enough to quote, and to lie where a test wants it.</summary>
public sealed class VirtualTpm
{
    private readonly PcrBank[] _banks;

    /// <summary>A TPM with these banks and this key.</summary>
    public VirtualTpm(VirtualAk ak, params IReadOnlyList<AlgorithmId> banks)
    {
        Ak = ak;
        _banks = [.. banks.Select(PcrBank.AtReset)];
    }

    /// <summary>The attestation key.</summary>
    public VirtualAk Ak { get; set; }

    /// <summary>The clock.</summary>
    public ClockInfo Clock { get; set; } = new(1_000_000, 7, 0, Safe: true);

    /// <summary>The firmware's version.</summary>
    public ulong FirmwareVersion { get; set; } = 0x0007_0002_0000_0001;

    /// <summary>The banks.</summary>
    public IReadOnlyList<PcrBank> Banks => _banks;

    /// <summary>The banks' hashes.</summary>
    public IReadOnlyList<AlgorithmId> Algorithms => [.. _banks.Select(bank => bank.Algorithm)];

    /// <summary>TPM Reset.</summary>
    public void Reset()
    {
        Clock = Clock with { Clock = Clock.Clock + 60_000, ResetCount = Clock.ResetCount + 1, RestartCount = 0 };
        for (var i = 0; i < _banks.Length; i++)
        {
            _banks[i] = PcrBank.AtReset(_banks[i].Algorithm);
        }
    }

    /// <summary>TPM2_PCR_Extend.</summary>
    public void Extend(PcrIndex pcr, IEnumerable<BankDigest> digests)
    {
        foreach (var digest in digests)
        {
            Array.Find(_banks, bank => bank.Algorithm == digest.Algorithm)?.Extend(pcr, digest.Value.Span);
        }
    }

    /// <summary>TPM2_Quote, changed by the test.</summary>
    public (byte[] Attest, byte[] Signature) Quote(byte[] qualifyingData, PcrSelectionList selections, Func<QuoteSpec, QuoteSpec>? change = null)
    {
        Clock = Clock with { Clock = Clock.Clock + 10 };
        var spec = new QuoteSpec
        {
            QualifiedSigner = Ak.QualifiedName, ExtraData = qualifyingData, Clock = Clock, FirmwareVersion = FirmwareVersion, Selections = selections, Signer = Ak,
        };
        spec = change?.Invoke(spec) ?? spec;
        var attest = spec.Attest(TpmWire.ToBytes(new Attestation(
            spec.Magic, spec.Type, spec.QualifiedSigner, spec.ExtraData, spec.Clock, spec.FirmwareVersion, spec.Body ?? new QuoteBody(spec.Selections, Composite(spec)))));
        return (attest, TpmWire.ToBytes(spec.Signer.Sign(attest, spec.SignatureHash)));
    }

    private byte[] Composite(QuoteSpec spec)
    {
        var banks = spec.Banks ?? _banks;
        return PcrComposite.Digest(spec.DigestHash ?? spec.SignatureHash ?? spec.Signer.Hash, spec.Selections, (bank, pcr) =>
            banks.First(values => values.Algorithm == bank)[new PcrIndex(pcr)]);
    }
}
