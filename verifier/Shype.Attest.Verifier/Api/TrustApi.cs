using System.Security.Cryptography;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Appraisal.Trust;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Api;

/// <summary>Whose TPMs are believed: seen and decided by operators.</summary>
internal static class TrustApi
{
    /// <summary>The routes.</summary>
    public static void MapTrust(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/trust").RequireAuthorization(Roles.Viewer);
        group.MapGet("/", List);
        group.MapPost("/", AddAsync).RequireAuthorization(Roles.Operator);
        group.MapPost("/{id}/on", SwitchOnAsync).RequireAuthorization(Roles.Operator);
        group.MapDelete("/{id}", RemoveAsync).RequireAuthorization(Roles.Operator);
    }

    private static IResult List(TrustStore trust) =>
        Answers.Json(new TrustList { Authorities = [.. trust.Authorities.Select(ToEntry)] }, ProtocolJson.Default.TrustList);

    private static async Task<IResult> AddAsync(HttpContext context, TrustStore trust, TimeProvider clock, ILogger<TrustStore> log)
    {
        var message = await RequestBody.ReadAsync(context, ProtocolJson.Default.TrustAddition);
        if (!message.TryGet(out var addition, out var problem))
        {
            return problem;
        }

        if (!Authority.TryRead(addition.Certificate, out var certificate, out var refused))
        {
            return Problems.Malformed("$.certificate", refused);
        }

        var fingerprint = Convert.ToHexStringLower(SHA256.HashData(certificate));
        if (trust.Find(fingerprint) is { Origin: not AuthorityOrigin.Operator } known)
        {
            return Refused(known.Origin == AuthorityOrigin.Vendor
                ? $"This certificate is shipped with the verifier as {known.Id}: switch it on by that name."
                : $"This certificate stands in the verifier's configured folder already, as {known.Id}.");
        }

        if (trust.Authorities.Count >= MaxAuthorities)
        {
            return Refused($"There are {MaxAuthorities} authorities already, and no more than that: remove one first.");
        }

        var now = clock.GetUtcNow();
        var added = new StoredAuthority(fingerprint, now, certificate, addition.Anchor || CertificateFile.IsSelfSigned(certificate), addition.Virtual);
        return await DecideAsync(context, trust, log, new TrustDecision(fingerprint, added, null, SubjectOf(certificate), Caller.Name(context), now), null);
    }

    private static async Task<IResult> SwitchOnAsync(HttpContext context, string id, TrustStore trust, TimeProvider clock, ILogger<TrustStore> log) =>
        trust.Find(id) switch
        {
            null => Unknown,
            { Origin: AuthorityOrigin.Vendor } known => await DecideAsync(context, trust, log, Switch(context, known, on: true, clock), null),
            _ => Refused("Only shipped authorities are switched; this one is in force as long as it is there."),
        };

    private static async Task<IResult> RemoveAsync(HttpContext context, string id, TrustStore trust, TimeProvider clock, ILogger<TrustStore> log) =>
        trust.Find(id) switch
        {
            null => Unknown,
            { Origin: AuthorityOrigin.Vendor } known => await DecideAsync(context, trust, log, Switch(context, known, on: false, clock), null),
            { Origin: AuthorityOrigin.File } known => Refused($"{known.Id} stands in the verifier's configured folder: take the file away there and restart the verifier."),
            var known => await DecideAsync(context, trust, log,
                new TrustDecision(known.Fingerprint, null, null, SubjectOf(known.Certificate), Caller.Name(context), clock.GetUtcNow()), known),
        };

    private static TrustDecision Switch(HttpContext context, TrustedAuthority known, bool on, TimeProvider clock) =>
        new(known.Fingerprint, null, on, SubjectOf(known.Certificate), Caller.Name(context), clock.GetUtcNow());

    private static async Task<IResult> DecideAsync(HttpContext context, TrustStore trust, ILogger<TrustStore> log, TrustDecision decision, TrustedAuthority? gone)
    {
        var hosts = await trust.DecideAsync(decision, context.RequestAborted);
        log.TrustChanged(decision.Fingerprint, hosts.Count);
        var authority = gone is null ? trust.Find(decision.Fingerprint)! : gone with { IsOn = false };
        return Answers.Json(new TrustChanged { Authority = ToEntry(authority), Hosts = hosts }, ProtocolJson.Default.TrustChanged);
    }

    private static TrustEntry ToEntry(TrustedAuthority authority)
    {
        var link = CertificateFile.Describe(authority.Certificate)!;
        return new TrustEntry
        {
            Id = authority.Id,
            Subject = link.Subject,
            Fingerprint = authority.Fingerprint,
            Origin = authority.Origin.ToString().ToLowerInvariant(),
            Anchor = authority.IsAnchor,
            On = authority.IsOn,
            Virtual = authority.IsVirtual,
            NotBefore = link.NotBefore,
            NotAfter = link.NotAfter,
            Note = authority.Note,
        };
    }

    private static string SubjectOf(byte[] certificate) => CertificateFile.Describe(certificate)!.Subject;

    private static ProblemResult Refused(string detail) => Problems.Of(StatusCodes.Status409Conflict, ProblemTypes.TrustRefused, detail);

    private static ProblemResult Unknown => Problems.Of(StatusCodes.Status404NotFound, ProblemTypes.NotFound,
        "No authority has this id or fingerprint, or several have the id: shype trust list shows them.");

    // Each is looked at for every host that enrols; all vendors together have some hundred.
    private const int MaxAuthorities = 500;
}
