using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Dashboard.Markup;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Dashboard.Lists;

/// <summary>The appraisal policies of groups, and one of them with its text.</summary>
internal sealed class PoliciesPage(CurrentAppraisalPolicies policies, IAttestationStore store)
{
    /// <summary>All of them.</summary>
    public async Task<IResult> ListAsync(HttpContext context)
    {
        var visitor = Visitor.Of(context);
        var versions = (await store.ReadAppraisalPoliciesAsync(context.RequestAborted)).ToLookup(version => version.Group, StringComparer.Ordinal);
        var groups = versions.Select(group => group.Key).Union([AppraisalPolicy.DefaultGroup]).Order(StringComparer.Ordinal);
        return new PageResult(Layout.Of(visitor, "Policies", "/dashboard/policies", $"""
            <div class="heading"><h1>Appraisal policies</h1><p class="dim">what is demanded of each group of hosts</p></div>
            {Parts.Table("Appraisal policies", Parts.Heads("Group", "Policy", "Version", "Since", "By"), groups.Select(group => Row(group, versions[group].LastOrDefault(), visitor)))}
            """));
    }

    /// <summary>One of them.</summary>
    public async Task<IResult> ShowAsync(HttpContext context, string group, long? version)
    {
        var visitor = Visitor.Of(context);
        var versions = (await store.ReadAppraisalPoliciesAsync(context.RequestAborted)).Where(known => known.Group == group).ToList();
        if (versions.FirstOrDefault(known => known.Version == (version ?? policies.Of(group).Version)) is not { } shown)
        {
            return ErrorPages.Of(StatusCodes.Status404NotFound, "This group has no such appraisal policy. For a group without one the built-in rules are in force.");
        }

        var path = Path(group);
        return new PageResult(Layout.Of(visitor, $"Policy of {group}", "/dashboard/policies", $"""
            {Parts.Trail(("/dashboard/policies", "Appraisal policies"))}
            <div class="heading"><h1>{shown.Name}</h1><p>{(shown == versions[^1] ? Parts.Badge(WatchState.Trusted, "in force") : Parts.Badge(WatchState.Revoked, "replaced"))}</p></div>
            {Parts.Facts(("Group", $"{group}"), ("Version", $"{shown.Version}"), ("Since", Parts.At(shown.At)), ("By", $"{shown.Actor}"), ("SHA-256", Parts.Digest(Convert.ToHexStringLower(SHA256.HashData(shown.Document)))))}
            <section aria-labelledby="text"><h2 id="text">Text</h2><div class="scroll" role="group" aria-label="Text of the policy" tabindex="0"><pre class="document">{Html.Lines(Encoding.UTF8.GetString(shown.Document))}</pre></div></section>
            <section aria-labelledby="versions"><h2 id="versions">Versions</h2>
            {Parts.Table("Versions", Parts.Heads("Version", "Name", "Since", "By"), versions.AsEnumerable().Reverse().Select(known => (Html)$"""<tr><th scope="row"><a href="{path}?version={known.Version}">{known.Version}</a></th><td>{known.Name}</td><td>{Parts.At(known.At)}</td><td>{known.Actor}</td></tr>"""))}</section>
            """));
    }

    private static Html Row(string group, PolicyVersion? last, Visitor visitor) => last is null
        ? $"""<tr><th scope="row">{group}</th><td class="dim">built-in rules</td><td class="num">0</td><td></td><td></td></tr>"""
        : (Html)$"""<tr><th scope="row">{group}</th><td><a href="{Path(group)}">{last.Name}</a></td><td class="num">{last.Version}</td><td>{Parts.Ago(last.At, visitor.Now)}</td><td>{last.Actor}</td></tr>""";

    private static string Path(string group) => "/dashboard/policies/" + Uri.EscapeDataString(group);
}
