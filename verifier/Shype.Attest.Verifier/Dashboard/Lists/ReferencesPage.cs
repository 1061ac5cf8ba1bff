using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Dashboard.Markup;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Dashboard.Lists;

/// <summary>What is called good: the sets with their standing, all values that count now, and who changed what.</summary>
internal sealed class ReferencesPage(CurrentReferences references, IReferenceStore store)
{
    /// <summary>The page.</summary>
    public async Task<IResult> ShowAsync(HttpContext context)
    {
        var visitor = Visitor.Of(context);
        var state = references.State;
        var document = references.At(visitor.Now).Document;
        var events = await store.ReadEventsAsync(long.MaxValue, EventsShown, context.RequestAborted);
        return new PageResult(Layout.Of(visitor, "References", "/dashboard/references", $"""
            <div class="heading"><h1>References</h1><p class="dim">what is called good</p></div>
            <section aria-labelledby="sets"><h2 id="sets">Sets</h2>
            {Parts.Table("Sets", Parts.Heads("Standing", "Set", "Version", "Values", "Signed by", "Ends"), state.Sets.Select(set => Set(set, visitor)))}</section>
            {Values(document)}
            <section aria-labelledby="changes"><h2 id="changes">Changes</h2>{Changes(events)}</section>
            """));
    }

    private static Html Set(ReferenceBundle set, Visitor visitor)
    {
        var (like, word) = set.StandingAt(visitor.Now) switch
        {
            BundleStanding.InForce when set.NotAfter - visitor.Now < Soon => (WatchState.Degraded, "ends soon"),
            BundleStanding.InForce => (WatchState.Trusted, "in force"),
            BundleStanding.NotYetValid => (WatchState.Pending, "not yet valid"),
            BundleStanding.Expired => (WatchState.Failed, "expired"),
            _ => (WatchState.Revoked, "revoked"),
        };
        var why = set.RevokedBecause is { } reason ? (Html)$"""<p class="dim">{reason}</p>""" : Html.Empty;
        var signer = set.Signer is { } key ? (Html)$"{key.Name} {Parts.Digest(key.KeyId)}" : $"""<span class="dim">operators' own</span>""";
        return $"""
            <tr><td>{Parts.Badge(like, word)}</td><th scope="row">{set.Name}<p class="dim">{set.Origin}</p>{why}</th><td class="num">{set.Sequence}</td><td class="num">{set.Content.Count}</td><td>{signer}</td><td>{(set.NotAfter is { } end ? Parts.Ago(end, visitor.Now) : $"""<span class="dim">never</span>""")}</td></tr>
            """;
    }

    private static Html Values(ReferenceDocument document)
    {
        List<(string Kind, string Name, string Value)> rows =
        [
            .. document.Hypervisors.Select(value => ("hypervisor", value.Name, value.Image.ToString())),
            .. document.Agents.Select(value => ("agent", value.Name, value.Digest.ToString())),
            .. document.Policies.Select(value => ("isolation policy", value.Name, value.CanonicalDigest.ToString())),
            .. document.FlaskPolicies.Select(value => ("FLASK policy", value.Name, value.FileDigest.ToString())),
            .. document.Vms.Select(value => ("VM", value.Label is { } label ? $"{value.Name}, label {label}" : value.Name, value.Kernel?.ToString() ?? (value.Disks is [var disk, ..] ? disk.Digest?.ToString() : null) ?? "")),
            .. document.Pcrs.Select(value => ($"PCR {value.Pcr}", value.Name, value.Digests[0].ToString())),
        ];
        var shown = rows.Take(ValuesShown).Select(row => (Html)$"""<tr><td>{row.Kind}</td><th scope="row">{row.Name}</th><td>{Parts.Digest(row.Value)}</td></tr>""");
        var more = rows.Count > ValuesShown ? (Html)$"""<p class="dim">{Words.Number(rows.Count - ValuesShown)} more: <code>shype reference list</code></p>""" : Html.Empty;
        return $"""
            <section aria-labelledby="values"><h2 id="values">In force now</h2>{(rows.Count == 0
                ? Parts.Nothing("Nothing is called good yet.", $"""No verdict is affirming without. <code>shype reference capture HOST</code> proposes what a host was proven to run.""")
                : (Html)$"""{Parts.Table("Values in force", Parts.Heads("Kind", "Name", "Digest"), shown)}{more}""")}</section>
            """;
    }

    private static Html Changes(IReadOnlyList<ReferenceEventRecord> events) => events.Count == 0 ? Parts.Nothing("No change yet.", $"Whoever changes reference values stands here.")
        : Parts.Table("Changes", Parts.Heads("When", "Who", "What", "Set"), events.Select(change => (Html)$"""
            <tr><td>{Parts.At(change.At)}</td><td>{change.Actor}</td><td>{Words.OfCode(change.Action)}</td><th scope="row">{change.Name}{(change.Sequence is { } version ? $" {version}" : "")}</th></tr>
            """));

    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);
    private const int ValuesShown = 200;
    private const int EventsShown = 20;
}
