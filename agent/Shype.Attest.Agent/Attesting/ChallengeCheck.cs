using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Measurement;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Agent.Attesting;

/// <summary>Whether a challenge is one that the agent answers. The verifier has proven who it is, and still gets no more than a challenge needs.</summary>
public static class ChallengeCheck
{
    /// <summary>The PCRs to quote, or what is wrong with the challenge.</summary>
    /// <remarks>Whether it expired is for the verifier, which has the clock that counts: a host whose clock is wrong can be attested all the same.</remarks>
    public static bool TrySelect(Challenge challenge, [NotNullWhen(true)] out PcrSelectionList? pcrs, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(challenge);
        pcrs = null;
        problem = Refuse(challenge);
        if (problem is not null)
        {
            return false;
        }

        var selections = new List<PcrSelection>();
        foreach (var request in challenge.Pcrs)
        {
            if (!TrySelect(request, out var selection, out problem))
            {
                return false;
            }

            if (selections.Exists(other => other.Bank == selection.Bank))
            {
                problem = $"bank {request.Bank} is there twice";
                return false;
            }

            selections.Add(selection);
        }

        pcrs = new PcrSelectionList(selections);
        return true;
    }

    private static string? Refuse(Challenge challenge) => challenge switch
    {
        { Nonce.Length: < ProtocolLimits.MinNonceBytes or > ProtocolLimits.MaxNonceBytes } =>
            $"the nonce has {challenge.Nonce.Length} bytes, {ProtocolLimits.MinNonceBytes} to {ProtocolLimits.MaxNonceBytes} are allowed",
        { Pcrs.Count: 0 or > ProtocolLimits.MaxPcrRequests } =>
            $"{challenge.Pcrs.Count} banks are asked for, 1 to {ProtocolLimits.MaxPcrRequests} are allowed",
        { KnownPolicies.Count: > ProtocolLimits.MaxKnownPolicies } =>
            $"{challenge.KnownPolicies.Count} known policies, {ProtocolLimits.MaxKnownPolicies} are allowed",
        _ => null,
    };

    private static bool TrySelect(PcrRequest request, [NotNullWhen(true)] out PcrSelection? selection, [NotNullWhen(false)] out string? problem)
    {
        (selection, problem) = (null, null);
        if (!HashAlgorithms.TryParseText(request.Bank, out var bank))
        {
            problem = "a bank is asked for that is not known";
        }
        else if (request.Pcrs.Count == 0 || request.Pcrs.Any(pcr => pcr is < 0 or >= PcrIndex.Count))
        {
            problem = $"PCRs of {request.Bank} are asked for that a TPM does not have, or none";
        }
        else if (!request.Pcrs.Zip(request.Pcrs.Skip(1)).All(pair => pair.First < pair.Second))
        {
            problem = $"PCRs of {request.Bank} are not ascending";
        }
        else
        {
            selection = PcrSelection.Of(bank, [.. request.Pcrs]);
        }

        return problem is null;
    }
}
