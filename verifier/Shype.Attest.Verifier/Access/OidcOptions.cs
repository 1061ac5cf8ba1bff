namespace Shype.Attest.Verifier.Access;

/// <summary>Whose signed tokens (OpenID Connect, RFC 9068) are taken, section <c>Verifier:Oidc</c>.</summary>
internal sealed record OidcOptions
{
    /// <summary>The issuer, an https address; its keys are found by OpenID Connect Discovery.</summary>
    public string? Authority { get; init; }

    /// <summary>The certificate, PEM, that the issuer's TLS must chain to; the machine's where none is given.</summary>
    public string? Ca { get; init; }

    /// <summary>The <c>iss</c> of its tokens, where <see cref="Keys"/> are given.</summary>
    public string? Issuer { get; init; }

    /// <summary>A file with its JSON Web Key Set instead of an address, for networks that reach no issuer.</summary>
    public string? Keys { get; init; }

    /// <summary>The <c>aud</c> that its tokens must name.</summary>
    public string Audience { get; init; } = "";

    /// <summary>The claim that says roles: a name, or a path with dots (<c>realm_access.roles</c>).</summary>
    public string RoleClaim { get; init; } = "roles";

    /// <summary>Which value of the claim is which role here; whoever has none of them may nothing.</summary>
    public Dictionary<string, string> Roles { get; init; } = [];

    /// <summary>What <c>iss</c> must be.</summary>
    public string ExpectedIssuer => Issuer ?? Authority!;

    /// <summary>What is wrong with the settings, each with its key.</summary>
    public IEnumerable<string> Problems()
    {
        if (Authority is null == Keys is null)
        {
            yield return $"{nameof(Authority)}: an issuer's address, or a file with its keys ({nameof(Keys)}), one of both";
        }

        if (Authority is not null && !(Uri.TryCreate(Authority, UriKind.Absolute, out var address) && address is { Scheme: "https", Query: "", Fragment: "", UserInfo: "" }))
        {
            yield return $"{nameof(Authority)}: '{Authority}' is not an address of the form https://HOST/PATH";
        }

        if (Authority is not null && Issuer is not null)
        {
            yield return $"{nameof(Issuer)}: is the {nameof(Authority)} itself where that is given (OpenID Connect Discovery 4.3)";
        }

        if (Keys is not null && string.IsNullOrEmpty(Issuer))
        {
            yield return $"{nameof(Issuer)}: is needed with {nameof(Keys)}: what 'iss' of the tokens must be";
        }

        if (Audience.Length == 0)
        {
            yield return $"{nameof(Audience)}: is needed: without it a token that was made for another service would open this one (RFC 8725 3.9)";
        }

        if (RoleClaim.Length == 0)
        {
            yield return $"{nameof(RoleClaim)}: a claim's name is needed";
        }

        if (Roles.Count == 0)
        {
            yield return $"{nameof(Roles)}: without a value that is a role nobody could do anything";
        }

        foreach (var (value, role) in Roles.Where(pair => !Access.Roles.OfTokens.Contains(pair.Value)))
        {
            yield return $"{nameof(Roles)}:{value}: '{role}' is none of {string.Join(", ", Access.Roles.OfTokens)}";
        }
    }
}
