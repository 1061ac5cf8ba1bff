namespace Shype.Attest.Verifier.Dashboard.Markup;

/// <summary>What every page has around it.</summary>
internal static class Layout
{
    private static readonly (string Path, string Name)[] Places =
    [
        ("/dashboard", "Fleet"), ("/dashboard/approvals", "Approvals"), ("/dashboard/references", "References"), ("/dashboard/policies", "Policies"),
        ("/dashboard/trust", "Trust"), ("/dashboard/audit", "Audit"),
    ];

    /// <summary>A page for who is signed in.</summary>
    /// <param name="visitor">Who.</param>
    /// <param name="title">What the page is about.</param>
    /// <param name="place">The part of the dashboard that it belongs to.</param>
    /// <param name="body">What stands on it; its heading is <c>h1</c>.</param>
    public static Html Of(Visitor visitor, string title, string place, Html body) => Document(title, $"""
        <a class="skip" href="#main">Skip to content</a>
        <header class="top">
        <div class="bar">
        <a class="brand" href="/dashboard">{Icons.Mark}<span>Shype.Attest</span></a>
        <nav aria-label="Dashboard"><ul>{Places.Select(known => Link(known, known.Path == place))}</ul></nav>
        <form class="who" method="post" action="/dashboard/sign-out">
        <input type="hidden" name="{SignIn.Forms.Field}" value="{visitor.FormToken}">
        <span class="name"><span class="sr">Signed in as </span>{visitor.Name}<span class="role">{visitor.Role}</span></span>
        <button type="submit">Sign out</button>
        </form>
        </div>
        </header>
        <main id="main" tabindex="-1">
        {body}
        </main>
        <footer class="foot"><p>As of <time datetime="{Words.Iso(visitor.Now)}">{Words.Full(visitor.Now)}</time><span id="live" data-live-status></span></p></footer>
        <div class="sr" id="announce" role="status" aria-live="polite"></div>
        """);

    /// <summary>A page for anybody.</summary>
    public static Html Bare(string title, Html body) => Document(title, $"""<main id="main" class="bare">{body}</main>""");

    private static Html Document(string title, Html body) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{title} · Shype.Attest</title>
        <link rel="icon" href="{Assets.Icon}">
        <link rel="stylesheet" href="{Assets.Style}">
        <script src="{Assets.Script}" defer></script>
        </head>
        <body>
        {body}
        </body>
        </html>
        """;

    private static Html Link((string Path, string Name) place, bool isHere) => isHere
        ? (Html)$"""<li><a href="{place.Path}" aria-current="page">{place.Name}</a></li>"""
        : $"""<li><a href="{place.Path}">{place.Name}</a></li>""";
}
