using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Dashboard.SignIn;

/// <summary>
/// Who is signed in. A browser gets a random cookie, which is kept as a digest beside the digest of the access token that it stands for: it allows what the
/// token allows at that moment, on every verifier of the store, and nothing once the token is gone.
/// </summary>
internal sealed class DashboardSessions(IDashboardStore store, AccessTokens tokens, TimeProvider clock)
{
    /// <summary>A working day.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);

    /// <summary>Begins a session for who has this access token; null where nobody has.</summary>
    public async Task<StartedSession?> BeginAsync(string token, CancellationToken cancellationToken)
    {
        var digest = TokenDigest.Of(token);
        if (token.Length > MaxTokenCharacters || tokens.Find(digest) is not { } owner || !Roles.OfDashboard.Contains(owner.Role))
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var cookie = NewSecret();
        await store.AddSessionAsync(new SignedIn(DigestOf(cookie), digest.ToBytes(), now + Lifetime), owner.Name, now, cancellationToken);
        return new StartedSession(cookie, owner.Name);
    }

    /// <summary>Who has this cookie, and what his token allows now; null for nobody.</summary>
    public async Task<(string Name, string Role)?> FindAsync(string cookie, CancellationToken cancellationToken) =>
        cookie.Length == SecretCharacters && await store.ReadSessionAsync(DigestOf(cookie), cancellationToken) is { } session && session.Ends > clock.GetUtcNow()
            && tokens.Find(TokenDigest.Read(session.TokenDigest)) is { } owner && Roles.OfDashboard.Contains(owner.Role)
            ? owner
            : null;

    /// <summary>Ends a session.</summary>
    public Task EndAsync(string cookie, CancellationToken cancellationToken) => store.RemoveSessionAsync(DigestOf(cookie), cancellationToken);

    /// <summary>A secret that nobody guesses.</summary>
    public static string NewSecret() => Base64UrlText.Encode(RandomNumberGenerator.GetBytes(SecretBytes));

    private static byte[] DigestOf(string cookie) => SHA256.HashData(Encoding.UTF8.GetBytes(cookie));

    private const int SecretBytes = 32;
    private const int SecretCharacters = 43;
    private const int MaxTokenCharacters = 128;
}

/// <summary>A session that began.</summary>
internal sealed record StartedSession(string Cookie, string Name);
