using System.Security.Cryptography;
using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Signing;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>Mints challenges that need no table, and says whose they are when they come back.</summary>
internal sealed class ChallengeIssuer(KeyRing keys, PolicyLibrary policies, VerifierOptions options, TimeProvider clock)
{
    /// <summary>A challenge for a host, which also says what the verifier already has.</summary>
    public Challenge Issue(string hostId, HostMemory? memory, AppraisalRules rules)
    {
        // Whole seconds, as the nonce carries them.
        var expires = DateTimeOffset.FromUnixTimeSeconds((clock.GetUtcNow() + options.ChallengeLifetime).ToUnixTimeSeconds());
        var pcrs = rules.Pcrs;
        return new Challenge
        {
            Nonce = ChallengeNonce.Mint(keys.ChallengeSecrets[0], RandomNumberGenerator.GetBytes(ChallengeNonce.SeedSize), expires, hostId, pcrs),
            Pcrs = pcrs,
            Expires = expires,
            Known = memory?.KnownUnder(rules) ?? LogPosition.None,
            KnownFirmwareLog = memory?.KnownFirmwareLogUnder(rules),
            KnownImaBytes = memory?.KnownImaBytes(rules),
            KnownPolicies = policies.Known,
        };
    }

    /// <summary>What is wrong with a nonce that came back.</summary>
    public ChallengeNonceProblem Check(ReadOnlySpan<byte> nonce, string hostId, AppraisalRules rules) =>
        ChallengeNonce.Check(nonce, clock.GetUtcNow(), hostId, rules.Pcrs, keys.ChallengeSecrets);
}
