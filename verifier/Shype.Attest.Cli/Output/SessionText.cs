using System.Text.Json;
using Shype.Attest.Protocol.Veraison;

namespace Shype.Attest.Cli.Output;

/// <summary>A session for a person or a program.</summary>
internal sealed class SessionText(Report report)
{
    /// <summary>Writes it.</summary>
    public void Write(string id, ChallengeResponseSession session)
    {
        if (report.Json)
        {
            report.Write(
                new SessionReport(id, Convert.ToHexStringLower(session.Nonce), JsonSerializer.SerializeToElement(session, VeraisonJson.Default.ChallengeResponseSession)), CliJson.Default.SessionReport);
            return;
        }

        new Page(report).Table(0, ["", ""],
        [
            [("id", Styles.Quiet), (id, Styles.Strong)],
            [("nonce", Styles.Quiet), (Convert.ToHexStringLower(session.Nonce), null)],
            [("status", Styles.Quiet), (Word(session.Status), Styles.OfWord(Word(session.Status)))],
            [("until", Styles.Quiet), (Page.Moment(session.Expiry), null)],
        ]);
    }

    /// <summary>A status as it is written.</summary>
    public static string Word(SessionStatus status) => status.ToString().ToLowerInvariant();
}

/// <summary>What <c>shype session open|show --json</c> prints.</summary>
/// <param name="Id">The session's id.</param>
/// <param name="NonceHex">The nonce in hex, as tpm2_quote takes it.</param>
/// <param name="Session">The session as the verifier sent it.</param>
public sealed record SessionReport(string Id, string NonceHex, JsonElement Session);

/// <summary>What <c>shype session close --json</c> prints.</summary>
/// <param name="Closed">The session's id.</param>
public sealed record SessionClosed(string Closed);

/// <summary>What <c>shype completion --json</c> prints.</summary>
/// <param name="Shell">The shell.</param>
/// <param name="Script">The script.</param>
public sealed record CompletionReport(string Shell, string Script);
