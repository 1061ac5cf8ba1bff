using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Appraisal.Trust;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Enrolment;

/// <summary>
/// Whose TPMs are believed: what is shipped, what the configuration names, what operators decided. A change counts at once for who enrols; hosts that
/// are enrolled are judged again by the certificates that they brought, at a change and never at an appraisal, so that appraisals cost what they did.
/// </summary>
internal sealed class TrustStore(IAttestationStore store, VerifierOptions options, HostDirectory hosts, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _changes = new(1, 1);
    private readonly IReadOnlyList<TrustedAuthority> _configured = EkRoots.Load(options);
    private volatile Current _current = new([], new EkCertificatePolicy { Anchors = [] });

    /// <summary>What enrolments are judged by.</summary>
    public EkCertificatePolicy Policy => _current.Policy;

    /// <summary>All authorities, those that count and those that do not.</summary>
    public IReadOnlyList<TrustedAuthority> Authorities => _current.Authorities;

    /// <summary>The one with this id or fingerprint.</summary>
    public TrustedAuthority? Find(string idOrFingerprint) =>
        Authorities.FirstOrDefault(authority => authority.Fingerprint == idOrFingerprint)
        ?? (Authorities.Where(authority => authority.Id == idOrFingerprint).ToList() is [var only] ? only : null);

    /// <summary>Reads the decisions, once, before anybody is served; judges hosts again where trust is not what it was when they were judged last.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var stored = await store.ReadTrustAsync(cancellationToken);
        Apply(stored);
        if (stored.CheckedPolicy?.AsSpan().SequenceEqual(Digest(Policy)) != true)
        {
            await JudgeAsync(cancellationToken);
        }
    }

    /// <summary>Keeps a decision, and says which hosts it changes.</summary>
    public async Task<IReadOnlyList<string>> DecideAsync(TrustDecision decision, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        try
        {
            // From here on to the end, even if the operator hangs up.
            await store.DecideTrustAsync(decision, CancellationToken.None);
            Apply(await store.ReadTrustAsync(CancellationToken.None));
            return await JudgeAsync(CancellationToken.None);
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Follows decisions of another verifier; hosts that enrolled here meanwhile are judged by them.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        try
        {
            Apply(await store.ReadTrustAsync(cancellationToken));
            await JudgeAsync(cancellationToken);
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Judges all hosts again that enrolled while trust changed.</summary>
    public async Task CatchUpAsync()
    {
        await _changes.WaitAsync();
        try
        {
            await JudgeAsync(CancellationToken.None);
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _changes.Dispose();

    private void Apply(StoredTrust stored)
    {
        var shipped = options.UseVendorRoots ? TrustedAuthority.OfVendors : [];
        List<TrustedAuthority> all =
        [
            .. shipped.Select(vendor => vendor with { IsOn = stored.Switched.GetValueOrDefault(vendor.Fingerprint, vendor.IsOn) }),
            .. _configured,
            .. stored.Added.Select(added => new TrustedAuthority(
                added.Fingerprint[..IdCharacters], AuthorityOrigin.Operator, added.IsAnchor, IsOn: true, added.IsVirtual, added.Certificate, $"added {added.At:yyyy-MM-dd}")),
        ];
        var policy = TrustedAuthority.ToPolicy(all) with
        {
            CheckValidity = options.CheckEkValidity,
            AcceptExpiredAuthorities = options.AcceptExpiredEkAuthorities,
            UnsafeAllowSha1 = options.UnsafeAllowSha1Certificates,
            UnsafeAcceptUncertifiedKeys = options.UnsafeAcceptUncertifiedKeys,
            PinUncertifiedKeys = options.PinUncertifiedKeys,
        };
        _current = new Current(all, policy);
    }

    private async Task<IReadOnlyList<string>> JudgeAsync(CancellationToken cancellationToken)
    {
        var policy = Policy;
        List<JudgedHost> changed = [];
        foreach (var request in await store.ReadRequestsAsync(cancellationToken))
        {
            if (hosts.Find(request.HostId)?.Record is { } host && EnrolledHost.Judge(request, policy) is var judged
                && (judged.Findings != host.EnrolmentFindings || judged.EkIssuer != host.EkIssuer))
            {
                changed.Add(judged);
            }
        }

        await store.JudgeHostsAsync(changed, Digest(policy), clock.GetUtcNow(), cancellationToken);
        return await hosts.FollowAsync(changed);
    }

    private static byte[] Digest(EkCertificatePolicy policy)
    {
        var text = new StringBuilder($"{policy.CheckValidity} {policy.AcceptExpiredAuthorities} {policy.UnsafeAllowSha1} {policy.MaxIntermediates}\n");
        foreach (var (role, certificates) in new[] { ("a", policy.Anchors), ("v", policy.VirtualAnchors), ("h", policy.Helpers), ("o", policy.SwitchedOff) })
        {
            text.AppendJoin('\n', certificates.Select(certificate => role + Convert.ToHexStringLower(SHA256.HashData(certificate))).Order(StringComparer.Ordinal)).Append('\n');
        }

        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private sealed record Current(IReadOnlyList<TrustedAuthority> Authorities, EkCertificatePolicy Policy);

    private const int IdCharacters = 16;
}
