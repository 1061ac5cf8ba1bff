using System.Security.Cryptography;
using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Veraison;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;
using Results = Shype.Attest.Verifier.Attestation.Results;

namespace Shype.Attest.Verifier.Rats;

/// <summary>Sessions of the challenge-response interface: opened, answered once, read, ended. Everything about them is in the store, so any replica serves any of them.</summary>
internal sealed class Sessions(ISessionStore store, HostDirectory hosts, AttestationService attestation, Results results, VerifierOptions options, TimeProvider clock) : IDisposable
{
    // A body has up to 16 MiB: so many are in memory at once, whoever sends them.
    private readonly SemaphoreSlim _places = new(MaxBodies, MaxBodies);

    /// <summary>Opens one; null where its owner has too many.</summary>
    public async Task<StoredSession?> OpenAsync(string owner, byte[] nonce, EarProfile profile, CancellationToken cancellationToken)
    {
        var now = Now;
        var session = new StoredSession(NewId(), owner, nonce, profile.ToString(), SessionStatus.Waiting, now + options.SessionLifetime);
        return await store.OpenSessionAsync(session, options.MaxSessionsPerCaller, now, cancellationToken) ? session : null;
    }

    /// <summary>One of an owner's; null where there is none that lives.</summary>
    public Task<StoredSession?> FindAsync(string id, string owner, CancellationToken cancellationToken) => store.ReadSessionAsync(id, owner, Now, cancellationToken);

    /// <summary>Takes one away, if it is the owner's.</summary>
    public Task DeleteAsync(string id, string owner, CancellationToken cancellationToken) => store.DeleteSessionAsync(id, owner, cancellationToken);

    /// <summary>A place for one body of evidence; null where all are taken.</summary>
    public IDisposable? TryTakePlace() => _places.Wait(0) ? new Place(_places) : null;

    /// <summary>Answers a session with evidence. Whatever comes of it, its nonce is spent.</summary>
    public async Task<Submission> SubmitAsync(StoredSession session, string? agentOf, EvidenceEnvelope envelope, CancellationToken cancellationToken)
    {
        if (!await store.SpendSessionAsync(session.Id, session.Owner, Now + options.SessionLifetime, Now, cancellationToken))
        {
            return new Submission(null, null);
        }

        var ended = session with { Status = SessionStatus.Failed, Evidence = new SessionEvidence { Type = envelope.Sent, Value = envelope.Whole } };
        try
        {
            if (!envelope.TryRead(session.Nonce, out var evidence, out var malformed))
            {
                return new Submission(null, malformed);
            }

            ended = await AppraiseAsync(session, evidence, agentOf) is { } result ? ended with { Status = SessionStatus.Complete, Result = result } : ended;
            return new Submission(ended, null);
        }
        finally
        {
            await store.EndSessionAsync(ended with { Expires = Now + options.SessionLifetime }, CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    // Null where the verifier failed. From here on to the end, even if the caller hangs up: a nonce that is spent gets its result.
    private async Task<string?> AppraiseAsync(StoredSession session, Evidence evidence, string? agentOf)
    {
        var form = EarForm.Default with { Profile = Enum.Parse<EarProfile>(session.Profile) };
        var host = hosts.FindByAk(evidence.AkName.Span);
        if (WhyUnknown(host, agentOf) is { } why)
        {
            return results.SignUnknown(new Finding(FindingCode.AttesterUnknown, "quote", Found: Convert.ToHexStringLower(evidence.AkName.Span), Detail: why), evidence, session.Nonce, form);
        }

        return await attestation.AppraiseAsync(host!, evidence, evidence.Encode(), session.Nonce, CancellationToken.None) is { } token
            ? form == EarForm.Default ? token : results.Convert(token, form)?.Text
            : null;
    }

    // Veraison: who cannot be identified gets an answer like everybody else, and it says no.
    private static string? WhyUnknown(HostEntry? host, string? agentOf) => host?.Record switch
    {
        null => "no enrolled host has this attestation key",
        { State: HostState.Pending } => "the host with this attestation key waits for approval",
        { State: HostState.Revoked } => "the host with this attestation key was revoked",
        var record when agentOf is not null && agentOf != record.Id => "the attestation key is another host's than the one that opened the session",
        _ => null,
    };

    // Whole milliseconds, as the store keeps them.
    private DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());

    // Random and not of the clock (Veraison's are version 1): whoever has the id of one cannot guess another.
    private static string NewId()
    {
        var bytes = RandomNumberGenerator.GetBytes(16);
        (bytes[6], bytes[8]) = ((byte)((bytes[6] & 0x0f) | 0x40), (byte)((bytes[8] & 0x3f) | 0x80));
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }

    private const int MaxBodies = 16;
}

/// <summary>What came of evidence.</summary>
/// <param name="Session">The session with its result, or failed by our fault; null where there is none.</param>
/// <param name="Malformed">Why the evidence cannot be read; null beside no session where the nonce was spent before.</param>
internal sealed record Submission(StoredSession? Session, ProtocolProblem? Malformed);
