using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

/// <summary>
/// What verifiers tell each other. A message says that there is something to do or to read; nothing that it says is believed: whoever could forge one can make a
/// host quote once more, and no more than that.
/// </summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Subject">A host's id, or the number of a search.</param>
/// <param name="Value">What belongs to it.</param>
/// <param name="Questions">Numbers of questions.</param>
internal sealed record ReplicaMessage(ReplicaMessageKind Kind, string Subject, string Value, IReadOnlyList<string> Questions)
{
    /// <summary>Somebody asks about a host that is not connected there.</summary>
    public static ReplicaMessage Asked(string hostId, string question) => new(ReplicaMessageKind.Asked, hostId, question, []);

    /// <summary>The host's agent is connected here, the question waits for its turn.</summary>
    public static ReplicaMessage Taken(string hostId, string question) => new(ReplicaMessageKind.Taken, hostId, question, []);

    /// <summary>The challenge of these questions goes out now.</summary>
    public static ReplicaMessage Sent(string hostId, byte[] challenge, IReadOnlyList<string> questions) =>
        new(ReplicaMessageKind.Sent, hostId, Base64UrlText.Encode(challenge), questions);

    /// <summary>Evidence that answers a challenge was appraised and is on the disk.</summary>
    public static ReplicaMessage Appraised(string hostId, byte[] challenge) => new(ReplicaMessageKind.Appraised, hostId, Base64UrlText.Encode(challenge), []);

    /// <summary>Somebody looks for a VM that no known host runs: those who hear it ask the hosts that are connected to them.</summary>
    public static ReplicaMessage Sought(string question) => new(ReplicaMessageKind.Sought, question, "", []);

    /// <summary>The hosts that are connected here are asked.</summary>
    public static ReplicaMessage Seeking(string question, string by) => new(ReplicaMessageKind.Seeking, question, by, []);

    /// <summary>One of them has answered, or, at the end, all have.</summary>
    public static ReplicaMessage Searched(string question, string by) => new(ReplicaMessageKind.Searched, question, by, []);

    /// <summary>The challenge of <see cref="ReplicaMessageKind.Sent"/> and <see cref="ReplicaMessageKind.Appraised"/>.</summary>
    public byte[]? Challenge => Base64UrlText.TryDecode(Value, out var nonce) ? nonce : null;

    /// <summary>Reads a message; what is none of ours is passed over.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out ReplicaMessage? message)
    {
        message = null;
        if (text.Length > MaxCharacters || text.Split(' ') is not [var word, var subject, var value, .. var questions] || !Words.TryGetValue(word, out var kind))
        {
            return false;
        }

        message = new ReplicaMessage(kind, subject, value, questions);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', [Words.First(word => word.Value == Kind).Key, Subject, Value, .. Questions]);

    /// <summary>How many questions one message carries at most.</summary>
    public const int MaxQuestions = 64;

    // PostgreSQL takes less than 8000 bytes (NOTIFY).
    private const int MaxCharacters = 7900;

    private static readonly Dictionary<string, ReplicaMessageKind> Words = new(StringComparer.Ordinal)
    {
        ["asked"] = ReplicaMessageKind.Asked,
        ["taken"] = ReplicaMessageKind.Taken,
        ["sent"] = ReplicaMessageKind.Sent,
        ["appraised"] = ReplicaMessageKind.Appraised,
        ["sought"] = ReplicaMessageKind.Sought,
        ["seeking"] = ReplicaMessageKind.Seeking,
        ["searched"] = ReplicaMessageKind.Searched,
    };
}

/// <summary>What a message between verifiers is about.</summary>
internal enum ReplicaMessageKind
{
    /// <summary>A question about a host.</summary>
    Asked,

    /// <summary>The host is connected here.</summary>
    Taken,

    /// <summary>A challenge goes out.</summary>
    Sent,

    /// <summary>Evidence was appraised.</summary>
    Appraised,

    /// <summary>A VM is looked for.</summary>
    Sought,

    /// <summary>Hosts are asked for it.</summary>
    Seeking,

    /// <summary>They were.</summary>
    Searched,
}
