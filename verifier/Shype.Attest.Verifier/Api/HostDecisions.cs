using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Api;

/// <summary>What operators decide about hosts, over whichever door they come: the same checks, the same record in the audit.</summary>
internal sealed class HostDecisions(HostDirectory hosts, LiveHosts live, VerifierOptions options, TimeProvider clock, ILogger<HostDirectory> log)
{
    /// <summary>Lets a host in; with the fingerprint of its endorsement key where nobody certified that.</summary>
    public async Task<HostDecision> ApproveAsync(HttpContext context, string name, string? ekFingerprint)
    {
        if (hosts.Find(name) is not { } host)
        {
            return new(null, Problems.HostUnknown);
        }

        var known = Convert.ToHexStringLower(host.Record.EkDigest);
        if (ekFingerprint is null && PinnedKeys.NeedsFingerprint(host.Record.EnrolmentFindings, options))
        {
            return new(null, Problems.Of(StatusCodes.Status409Conflict, ProblemTypes.FingerprintNeeded,
                $"Nobody certified this host's endorsement key. Read the key's SHA-256 on the machine itself, and approve with it: shype host approve {host.Record.Name} --ek-fingerprint SHA256."));
        }

        return ekFingerprint is { } fingerprint && !string.Equals(fingerprint, known, StringComparison.OrdinalIgnoreCase)
            ? new(null, Problems.Of(StatusCodes.Status409Conflict, ProblemTypes.FingerprintNeeded,
                $"The host enrolled with the endorsement key {known}, which is not the one that you named: this is another TPM."))
            : await ChangeAsync(context, host, HostState.Enrolled, null, ekFingerprint is null ? null : "ek=" + known);
    }

    /// <summary>Shuts a host out.</summary>
    public async Task<HostDecision> RevokeAsync(HttpContext context, string name, string reason) =>
        reason.Length is 0 or > MaxReasonCharacters ? new(null, Problems.Malformed("$.reason", $"has 1 to {MaxReasonCharacters} characters"))
        : hosts.Find(name) is not { } host ? new(null, Problems.HostUnknown)
        : await ChangeAsync(context, host, HostState.Revoked, reason, null);

    private async Task<HostDecision> ChangeAsync(HttpContext context, HostEntry host, HostState state, string? reason, string? proof)
    {
        var change = new StateChange(host.Record.Id, state, reason, Caller.Name(context), clock.GetUtcNow()) { Proof = proof };
        if (await hosts.SetStateAsync(change, context.RequestAborted) is not { } changed)
        {
            return new(null, Problems.HostUnknown);
        }

        if (state == HostState.Revoked)
        {
            live.Drop(changed.Record.Id);
        }

        log.StateChanged(changed.Record.Id, state, reason);
        return new(changed, null);
    }

    private const int MaxReasonCharacters = 500;
}

/// <summary>The host as it is after a decision, or why nothing was decided.</summary>
internal sealed record HostDecision(HostEntry? Host, ProblemResult? Problem);
