using System.Security.Cryptography;
using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>Mints challenges that need no table, and says whose they are when they come back.</summary>
internal sealed class ChallengeIssuer(byte[] key, AppraisalRules rules, PolicyLibrary policies, VerifierOptions options, TimeProvider clock)
{
    /// <summary>The PCRs that are asked for: firmware's and boot loader's 0 to 9, IMA's 10 unless it is ignored, and those of our records.</summary>
    public IReadOnlyList<PcrRequest> Pcrs { get; } =
        [new PcrRequest(Bank, [.. Enumerable.Range(0, rules.Ima.Mode == ImaMode.Ignored ? 10 : 11).Union(rules.Plan.Distinct().Select(pcr => (int)pcr.Value)).Order()])];

    /// <summary>A challenge for a host, which also says what the verifier already has.</summary>
    public Challenge Issue(string hostId, HostMemory? memory)
    {
        // Whole seconds, as the nonce carries them.
        var expires = DateTimeOffset.FromUnixTimeSeconds((clock.GetUtcNow() + options.ChallengeLifetime).ToUnixTimeSeconds());
        return new Challenge
        {
            Nonce = ChallengeNonce.Mint(key, RandomNumberGenerator.GetBytes(ChallengeNonce.SeedSize), expires, hostId, Pcrs),
            Pcrs = Pcrs,
            Expires = expires,
            Known = memory?.Known ?? LogPosition.None,
            KnownFirmwareLog = memory?.KnownFirmwareLog,
            KnownImaBytes = memory?.KnownImaBytes(rules),
            KnownPolicies = policies.Known,
        };
    }

    /// <summary>What is wrong with a nonce that came back.</summary>
    public ChallengeNonceProblem Check(ReadOnlySpan<byte> nonce, string hostId) => ChallengeNonce.Check(nonce, clock.GetUtcNow(), hostId, Pcrs, key);

    private const string Bank = "sha256";
}
