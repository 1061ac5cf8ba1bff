using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Shype.Attest.Testing;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Files;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Bench;

/// <summary>P1, the quote's part of it: signature and attestation read, verified, PCR values hashed, against the platform's bare check of the same signature.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkDotNet.Configs.BenchmarkLogicalGroupRule.ByParams)]
public class QuoteBench
{
    private byte[] _message = [];
    private byte[] _signature = [];
    private byte[] _bare = [];
    private VerificationKey _key = null!;
    private ToolPcrFile _pcrs = null!;
    private RSA? _rsa;
    private ECDsa? _ecdsa;

    /// <summary>The attestation key's kind.</summary>
    [Params("ak_rsassa", "ak_rsapss", "ak_ecdsa", "ak_ecdsa384")]
    public string Key { get; set; } = "";

    /// <summary>Imports the key twice: ours, and the platform's.</summary>
    [GlobalSetup]
    public void Import()
    {
        _message = TestData.Bytes("swtpm", $"{Key}.quote.msg");
        _signature = TestData.Bytes("swtpm", $"{Key}.quote.sig");
        ToolPublicKey.TryRead(TestData.Bytes("swtpm", $"{Key}.tpm2b_public"), out var key, out _);
        ToolPcrFile.TryRead(TestData.Bytes("swtpm", $"{Key}.quote.pcrs"), out var pcrs, out _);
        (_key, _pcrs) = (key!.Key, pcrs!);
        var pem = TestData.Text("swtpm", $"{Key}.pem");
        switch (TpmWire.Parse<Signature>(_signature))
        {
            case RsaSignature rsa:
                _bare = rsa.Value;
                _rsa = RSA.Create();
                _rsa.ImportFromPem(pem);
                break;
            case EcdsaSignature ecdsa:
                _bare = [.. ecdsa.R, .. ecdsa.S];
                _ecdsa = ECDsa.Create();
                _ecdsa.ImportFromPem(pem);
                break;
        }
    }

    /// <summary>The platform's check.</summary>
    [Benchmark(Baseline = true)]
    public bool Bare()
    {
        var hash = Key == "ak_ecdsa384" ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
        return _rsa?.VerifyData(_message, _bare, hash, Key == "ak_rsapss" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1)
            ?? _ecdsa!.VerifyData(_message, _bare, hash);
    }

    /// <summary>Everything about a quote.</summary>
    [Benchmark]
    public bool Quote()
    {
        var check = QuoteVerifier.Check(_key, _message, TpmWire.Parse<Signature>(_signature));
        var body = (QuoteBody)check.Quote!.Value.Body;
        Span<byte> digest = stackalloc byte[64];
        return PcrComposite.TryDigest(Key == "ak_ecdsa384" ? AlgorithmId.Sha384 : AlgorithmId.Sha256, body.Selections, _pcrs, static (pcrs, bank, pcr) => pcrs.Value(bank, pcr), digest, out var size)
            && digest[..size].SequenceEqual(body.PcrDigest);
    }
}
