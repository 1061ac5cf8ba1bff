using System.Text.RegularExpressions;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Dashboard.Markup;

/// <summary>Pieces that many pages are made of.</summary>
internal static partial class Parts
{
    /// <summary>A state: picture, word and colour.</summary>
    public static Html Badge(WatchState state) => Badge(state, Words.Of(state));

    /// <summary>Another word in the colour of a state.</summary>
    public static Html Badge(WatchState like, string word) => $"""<span class="badge {Words.Of(like)}">{Icons.Of(like)}<span>{word}</span></span>""";

    /// <summary>A tier.</summary>
    public static Html Badge(TrustTier tier) => Badge(Words.Like(tier), Words.Of(tier));

    /// <summary>A digest, also with its kind before it: cut in its middle to the eye, whole for who reaches it, copies it or has it read.</summary>
    public static Html Digest(string? digest)
    {
        if (digest is not { Length: > 0 })
        {
            return $"""<span class="dim">none</span>""";
        }

        var (kind, hex) = (digest[..(digest.LastIndexOf(':') + 1)], digest[(digest.LastIndexOf(':') + 1)..]);
        return hex.Length <= Tail * 2
            ? $"<code>{digest}</code>"
            : (Html)$"""<code class="digest" tabindex="0"><span class="kind">{kind}</span><span class="head">{hex[..^Tail]}</span><span class="tail">{hex[^Tail..]}</span></code>""";
    }

    /// <summary>Text with digests in it, which are cut.</summary>
    public static Html Prose(string text)
    {
        List<Html> pieces = [];
        var at = 0;
        foreach (var match in LongHex().EnumerateMatches(text))
        {
            pieces.Add($"{text[at..match.Index]}{Digest(text.Substring(match.Index, match.Length))}");
            at = match.Index + match.Length;
        }

        return $"{pieces}{text[at..]}";
    }

    /// <summary>A value of a finding: digests are cut, everything else is shown as it is.</summary>
    public static Html Value(string? value) => value is not null && !value.Contains(' ', StringComparison.Ordinal) && value.Length >= 40 ? Digest(value)
        : value is null ? $"""<span class="dim">nothing</span>""" : (Html)$"""<code class="value">{Prose(value)}</code>""";

    /// <summary>A fingerprint to be compared by eye, in groups of four.</summary>
    public static Html Fingerprint(string hex) =>
        $"""<code class="fingerprint">{hex.Chunk(4).Select(group => (Html)$"""<span>{new string(group)}</span>""")}</code>""";

    /// <summary>A time by its distance, with the time itself for who wants it.</summary>
    public static Html Ago(DateTimeOffset? at, DateTimeOffset now) => at is not { } time ? $"""<span class="dim">never</span>"""
        : (Html)$"""<time datetime="{Words.Iso(time)}" title="{Words.Full(time)}">{Words.Ago(time, now)}</time>""";

    /// <summary>A time itself.</summary>
    public static Html At(DateTimeOffset at) => $"""<time class="at" datetime="{Words.Iso(at)}">{Words.Full(at)}</time>""";

    /// <summary>Rows of names and values.</summary>
    public static Html Facts(params (string Name, Html? Value)[] facts) =>
        $"""<dl class="facts">{facts.Where(fact => fact.Value is not null).Select(fact => (Html)$"<div><dt>{fact.Name}</dt><dd>{fact.Value}</dd></div>")}</dl>""";

    /// <summary>A table that scrolls on its own where the screen is too narrow.</summary>
    public static Html Table(string caption, Html head, IEnumerable<Html> rows, string kind = "") => $"""
        <div class="scroll" role="group" aria-label="{caption}" tabindex="0"><table class="{kind}"><caption class="sr">{caption}</caption><thead><tr>{head}</tr></thead><tbody>
        {rows}
        </tbody></table></div>
        """;

    /// <summary>Heads of columns.</summary>
    public static Html Heads(params string[] names) => $"{names.Select(name => (Html)$"""<th scope="col">{name}</th>""")}";

    /// <summary>What is shown where there is nothing to show.</summary>
    public static Html Nothing(string title, Html text) => $"""<div class="empty"><p class="lead">{title}</p><p>{text}</p></div>""";

    /// <summary>A message about what was just done, or could not be.</summary>
    public static Html Notice(string tone, string text) =>
        $"""<p class="notice {tone}" role="{(tone == "bad" ? "alert" : "status")}">{(tone == "bad" ? Icons.Failed : Icons.Trusted)}<span>{text}</span></p>""";

    /// <summary>The way up.</summary>
    public static Html Trail(params (string Path, string Name)[] steps) =>
        $"""<nav class="trail" aria-label="Where this is"><ol>{steps.Select(step => (Html)$"""<li><a href="{step.Path}">{step.Name}</a></li>""")}</ol></nav>""";

    /// <summary>To the next page, and back to the first.</summary>
    public static Html Pages(string? first, string? next, string nextWord = "Next") => first is null && next is null ? Html.Empty : $"""
        <nav class="pages" aria-label="Pages">{(first is null ? Html.Empty : $"""<a class="button" href="{first}">First page</a>""")}{(next is null ? Html.Empty : $"""<a class="button" rel="next" href="{next}">{nextWord}</a>""")}</nav>
        """;

    /// <summary>What a form carries so that it is taken.</summary>
    public static Html FormToken(Visitor visitor) => $"""<input type="hidden" name="{SignIn.Forms.Field}" value="{visitor.FormToken}">""";

    [GeneratedRegex("[0-9a-f]{32,}", RegexOptions.CultureInvariant)]
    private static partial Regex LongHex();

    private const int Tail = 8;
}
