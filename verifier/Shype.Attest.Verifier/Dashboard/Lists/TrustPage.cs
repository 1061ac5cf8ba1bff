using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Appraisal.Trust;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Dashboard.Markup;
using Shype.Attest.Verifier.Enrolment;

namespace Shype.Attest.Verifier.Dashboard.Lists;

/// <summary>Whose TPMs are believed.</summary>
internal sealed class TrustPage(TrustStore trust)
{
    /// <summary>The page.</summary>
    public IResult Show(HttpContext context)
    {
        var visitor = Visitor.Of(context);
        var all = trust.Authorities.OrderByDescending(authority => authority.IsOn).ThenBy(authority => authority.Id, StringComparer.Ordinal).ToList();
        return new PageResult(Layout.Of(visitor, "Trust", "/dashboard/trust", $"""
            <div class="heading"><h1>Trust</h1><p class="dim">{Words.Count(all.Count(authority => authority.IsOn), "authority", "authorities")} whose TPMs are believed, {Words.Number(all.Count(authority => !authority.IsOn))} switched off</p></div>
            {(all.Count == 0
                ? Parts.Nothing("No TPM is believed.", $"""Add its vendor's certificate: <code>shype trust add FILE</code>""")
                : Parts.Table("Authorities", Parts.Heads("Counts", "Authority", "From", "Valid until", "SHA-256"), all.Select(authority => Row(authority, visitor))))}
            """));
    }

    private static Html Row(TrustedAuthority authority, Visitor visitor)
    {
        var link = CertificateFile.Describe(authority.Certificate);
        var counts = !authority.IsOn ? Parts.Badge(WatchState.Revoked, "off") : authority.IsAnchor ? Parts.Badge(WatchState.Trusted, "anchor") : Parts.Badge(WatchState.Enrolled, "fills gaps");
        var cloud = authority.IsVirtual ? (Html)$""" <span class="tag">virtual</span>""" : Html.Empty;
        var over = link?.NotAfter < visitor.Now ? (Html)$""" <span class="tag">expired</span>""" : Html.Empty;
        return $"""
            <tr><td>{counts}{cloud}</td><th scope="row">{link?.Subject ?? authority.Id}<p class="dim">{Parts.Prose(authority.Note)}</p></th><td>{authority.Origin.ToString().ToLowerInvariant()}</td><td>{(link is null ? "" : Words.Iso(link.NotAfter)[..10])}{over}</td><td>{Parts.Digest(authority.Fingerprint)}</td></tr>
            """;
    }
}
