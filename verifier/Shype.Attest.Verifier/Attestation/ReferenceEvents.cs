using System.Text.Json;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>Changes of reference values as history keeps them.</summary>
internal static class ReferenceEvents
{
    /// <summary>An event with its changes as texts.</summary>
    public static ReferenceEventRecord Of(string action, string name, string actor, DateTimeOffset at, IReadOnlyList<ReferenceChange> changes)
    {
        IReadOnlyList<string> texts = [.. changes.Take(MaxChanges).Select(Text)];
        return new()
        {
            At = at,
            Actor = actor,
            Action = action,
            Name = name,
            Changes = JsonSerializer.Serialize(changes.Count > MaxChanges ? [.. texts, $"and {changes.Count - MaxChanges} more"] : texts, ProtocolJson.Default.IReadOnlyListString),
        };
    }

    /// <summary>An event as the interface shows it.</summary>
    public static ReferenceEvent Show(ReferenceEventRecord record) => new()
    {
        Number = record.Number,
        At = record.At,
        Actor = record.Actor,
        Action = record.Action,
        Name = record.Name,
        Sequence = record.Sequence,
        Changes = JsonSerializer.Deserialize(record.Changes, ProtocolJson.Default.IReadOnlyListString) ?? [],
    };

    private static string Text(ReferenceChange change)
    {
        var head = $"{change.Kind.ToString().ToLowerInvariant()} {change.Section}/{change.Name}";
        var text = change.Kind == ReferenceChangeKind.Changed ? $"{head}: {string.Join("; ", change.Lines)}" : head;
        return text.Length <= MaxCharacters ? text : text[..MaxCharacters] + "...";
    }

    // What a page of history can show; the versions themselves are all kept.
    private const int MaxChanges = 1000;
    private const int MaxCharacters = 2000;
}
