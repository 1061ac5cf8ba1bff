using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Bench;

/// <summary>
/// P1: one quote of a host that is known, with nothing new, against nothing but OpenSSL's check of the same signature. Each appraisal is of a quote that is newer
/// than what is remembered, so nothing is skipped that a service would do; the memory it returns is dropped, so that the next one is new again.
/// </summary>
[MemoryDiagnoser, MinColumn]
[GroupBenchmarksBy(BenchmarkDotNet.Configs.BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class AppraisalBench
{
    private readonly Known _p256 = new(AkKind.EcdsaP256);
    private readonly Known _rsa = new(AkKind.RsaSsa);

    /// <summary>OpenSSL's check, P-256.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("P1 P-256")]
    public bool BareP256() => _p256.Bare();

    /// <summary>The whole appraisal, P-256.</summary>
    [Benchmark, BenchmarkCategory("P1 P-256")]
    public TrustTier AppraiseP256() => _p256.Appraise();

    /// <summary>OpenSSL's check, RSA-2048.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("P1 RSA-2048")]
    public bool BareRsa() => _rsa.Bare();

    /// <summary>The whole appraisal, RSA-2048.</summary>
    [Benchmark, BenchmarkCategory("P1 RSA-2048")]
    public TrustTier AppraiseRsa() => _rsa.Appraise();

    private sealed class Known
    {
        private readonly Evidence _evidence;
        private readonly AppraisalContext _context;
        private readonly BareCheck _bare;

        public Known(AkKind kind)
        {
            var host = VirtualHost.Boot(kind);
            var verifier = new VirtualVerifier(host);
            verifier.Ask();
            verifier.Ask();
            // What an agent sends when it has nothing to explain: quote, signature, names.
            _evidence = host.Answer(verifier.Challenge()) with { PcrValues = [] };
            _context = verifier.Context(_evidence);
            _bare = new BareCheck(host.Tpm.Ak, _evidence);
            if (Appraise() != TrustTier.Affirming || !Bare())
            {
                throw new InvalidOperationException("the host to be measured is not a good one");
            }
        }

        public bool Bare() => _bare.Verify();

        public TrustTier Appraise() => Appraiser.Appraise(_evidence, _context).Host.Status;
    }
}

/// <summary>Hash and signature check by the platform (OpenSSL) with everything prepared: the limit that no appraisal can beat.</summary>
internal sealed class BareCheck
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;
    private readonly byte[] _attest;
    private readonly byte[] _signature;

    public BareCheck(VirtualAk ak, Evidence evidence)
    {
        _attest = evidence.QuoteAttest.ToArray();
        var signature = Tpm.Wire.TpmWire.Parse<Signature>(evidence.QuoteSignature.Span);
        if (signature is RsaSignature rsa)
        {
            _rsa = RSA.Create(new RSAParameters { Modulus = ((BytesUnique)ak.Public.Unique).Value, Exponent = [1, 0, 1] });
            _signature = rsa.Value;
        }
        else
        {
            var (point, ecdsa) = ((EccUnique)ak.Public.Unique, (EcdsaSignature)signature);
            _ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = point.X, Y = point.Y } });
            _signature = [.. ecdsa.R, .. ecdsa.S];
        }
    }

    public bool Verify()
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(_attest, digest);
        return _rsa?.VerifyHash(digest, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) ?? _ecdsa!.VerifyHash(digest, _signature);
    }
}
