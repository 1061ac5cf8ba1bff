using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Dashboard.Markup;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Dashboard.Hosts;

/// <summary>Pieces of the pages about one host.</summary>
internal static class HostParts
{
    /// <summary>State and reason, the first thing that anybody reads.</summary>
    public static Html Banner(WatchStatus status, Visitor visitor, Html more)
    {
        var silent = status.SilentSince is { } since ? (Html)$""" Silent for {Words.Ago(since, visitor.Now).Replace(" ago", "", StringComparison.Ordinal)}.""" : Html.Empty;
        return $"""
            <section class="banner {Words.Of(status.State)}" aria-label="State" data-live="state" data-state="{Words.Of(status.State)}">
            {Icons.Of(status.State)}
            <div><p class="state">{Words.Capital(Words.Of(status.State))}</p>
            <p>{Words.Capital(Words.Meaning(status.State))}.{silent}</p><p>Since {Parts.At(status.Since)}, {Parts.Ago(status.Since, visitor.Now)}.</p>{more}</div>
            </section>
            """;
    }

    /// <summary>A verdict's tier, as large.</summary>
    public static Html Banner(TrustTier tier, string text) => $"""
        <section class="banner {Words.Of(Words.Like(tier))}" aria-label="Verdict">{Icons.Of(Words.Like(tier))}<div><p class="state">{Words.Capital(Words.Of(tier))}</p><p>{text}</p></div></section>
        """;

    /// <summary>The trustworthiness vector in words (AR4SI).</summary>
    public static Html Vector(TrustVector? vector) => vector is null ? Html.Empty : Parts.Table("Trustworthiness vector", Parts.Heads("Claim", "Value", "Meaning"),
        Enum.GetValues<TrustClaim>().Select(claim => (Html)$"""
            <tr><th scope="row">{Words.OfCode(ClaimText.NameOf(claim))}</th><td>{Parts.Badge(Words.Like(TrustTiers.TierOf(vector[claim])), ValueText(vector[claim]))}</td><td>{ClaimText.Describe(claim, vector[claim]).Full}</td></tr>
            """));

    /// <summary>Guarantees with what makes them so and what shows that they do not hold.</summary>
    public static Html Guarantees(IReadOnlyList<ResultGuarantee>? guarantees, string hostId) => guarantees is not { Count: > 0 }
        ? Parts.Nothing("Nothing is guaranteed.", $"No log of this boot was proven that guarantees could rest on.")
        : Parts.Table("Guarantees", Parts.Heads("Guarantee", "Verdict", "Kept by", "Statement"), guarantees.Select(guarantee => Guarantee(guarantee, hostId)), "guarantees");

    /// <summary>The TPM and who vouches for it.</summary>
    public static Html Identity(HostRecord host, StoredRequest? request, TrustStore trust)
    {
        var tpm = request is null ? null : EnrolledHost.Describe(request, trust.Policy);
        var certificates = EnrolledHost.CertificatesOf(request).Select(CertificateFile.Describe).OfType<ChainLink>().ToList();
        var facts = Parts.Facts(
            ("Endorsement key", Parts.Fingerprint(Convert.ToHexStringLower(host.EkDigest))),
            ("Attestation key", Parts.Digest(Convert.ToHexStringLower(host.AkName))),
            ("Certified by", host.EkIssuer is { } issuer ? $"{issuer}" : (Html)$"""<span class="dim">nobody</span>"""),
            ("TPM", tpm is null ? null : (Html)$"{string.Join(", ", new[] { tpm.Vendor ?? tpm.Manufacturer, tpm.Model, tpm.Firmware, tpm.Specification }.OfType<string>())}"),
            ("Evaluation", tpm?.Evaluation is { } evaluation ? (Html)$"{evaluation}" : null),
            ("Machine", tpm?.Machine is { } machine ? (Html)$"{machine}" : null));
        var chain = certificates.Count == 0 ? Html.Empty : Parts.Table("Certificates", Parts.Heads("Subject", "Valid", "Signed with", "SHA-256"), certificates.Select(link => (Html)$"""
            <tr><th scope="row">{link.Subject}</th><td>{link.NotBefore.UtcDateTime.ToString("yyyy-MM-dd", null)} to {link.NotAfter.UtcDateTime.ToString("yyyy-MM-dd", null)}</td><td>{link.Algorithm}</td><td>{Parts.Digest(link.Fingerprint)}</td></tr>
            """));
        var findings = KeptFindings.Read(host.EnrolmentFindings).Select(finding => finding.ToResult()).ToList();
        return $"{facts}{chain}{(findings.Count == 0 ? Html.Empty : FindingParts.List(findings, host.Id))}";
    }

    private static string ValueText(sbyte value) => $"{value}";

    private static Html Guarantee(ResultGuarantee guarantee, string hostId)
    {
        var like = guarantee.Verdict switch
        {
            "holds" => WatchState.Trusted,
            "violated" => WatchState.Failed,
            _ => WatchState.Degraded,
        };
        var witness = guarantee.Witness is not { } shown ? Html.Empty : (Html)$"""
            <p class="witness"><strong>Witness:</strong> {shown.Text}{Path(shown.Path)}{(shown.Records ?? []).Select(record => (Html)$""" <a href="{Routes.Log(hostId, record)}">record {(long)record}</a>""")}</p>
            """;
        var missing = guarantee.Missing is { } needed ? (Html)$"""<p class="dim">Missing: {needed}</p>""" : Html.Empty;
        var demanded = guarantee.DemandedBy is { } who ? (Html)$""" <span class="dim">demanded by the {who}</span>""" : Html.Empty;
        return $"""
            <tr><th scope="row">{Words.Capital(Words.OfCode(guarantee.Id))}{demanded}</th><td>{Parts.Badge(like, guarantee.Verdict)}</td><td>{Keeper(guarantee)}</td><td>{guarantee.Text}{witness}{missing}</td></tr>
            """;
    }

    private static string Keeper(ResultGuarantee guarantee) => guarantee.Strength switch
    {
        "enforced" => "the hypervisor (enforced)",
        "gated" => "the launch gate (gated)",
        "observed" => "nobody, only seen (observed)",
        var other => other,
    };

    private static Html Path(IReadOnlyList<string>? path) => path is not { Count: > 0 } ? Html.Empty : $"""<span class="path"> {string.Join(" → ", path)}</span>""";
}
