using System.Collections.Immutable;
using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Story;

/// <summary>What there is of the texts of a boot's policies.</summary>
/// <param name="ByMeaning">The policies, by the digest of their meaning as records show it.</param>
/// <param name="File">The digest of the file of the one in force; null where it is not there.</param>
/// <param name="Compiled">Digests of the binary forms of that file.</param>
internal sealed record PolicyTexts(ImmutableDictionary<string, AcmPolicy> ByMeaning, string? File, ImmutableHashSet<string> Compiled)
{
    /// <summary>Finds them.</summary>
    public static PolicyTexts Of(BootStory story, AcmPolicy inForce, PolicyShelf shelf)
    {
        var texts = ImmutableDictionary.CreateBuilder<string, AcmPolicy>(StringComparer.Ordinal);
        foreach (var measured in story.Past.Records.Select(kept => kept.Content).OfType<PolicyStateContent>())
        {
            if (measured.CanonicalDigest?.ToString() is { } meaning && !texts.ContainsKey(meaning) && shelf.Find(measured).Policy is { } text)
            {
                texts.Add(meaning, text);
            }
        }

        return story.Policy is { Value: { ActiveDigest: not null } active } && shelf.FileOf(active, inForce) is { } file
            ? new(texts.ToImmutable(), LoggedEvidence.DigestOf(file.Span), LoggedEvidence.CompiledOf(inForce, file.Span))
            : new(texts.ToImmutable(), null, []);
    }
}
