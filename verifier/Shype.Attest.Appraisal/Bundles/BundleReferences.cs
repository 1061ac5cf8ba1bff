using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol.Bundles;

namespace Shype.Attest.Appraisal.Bundles;

/// <summary>What counted as good at the time of a verdict: the operators' own values and the signed bundles, each opened again under its signer's key.</summary>
internal static class BundleReferences
{
    public static bool TryRead(Bundle parts, ReferenceSet own, [NotNullWhen(true)] out ReferenceSet? references, [NotNullWhen(false)] out string? problem)
    {
        (references, problem) = (null, null);
        var list = parts.SignedReferences.Count == 0 ? [] : SHA256.HashData(SignedReferences.List(parts.SignedReferences));
        if (!parts.Context.SignedReferencesDigest.Span.SequenceEqual(list))
        {
            problem = "signed-references: they are not those that the verdict names";
            return false;
        }

        var sets = new List<ReferenceBundle> { ReferenceBundle.OfOperators(parts.Context.ReferencesVersion, own) };
        foreach (var held in parts.SignedReferences)
        {
            if (!ReferenceSigner.TryCreate(held.Signer, held.Key.ToArray(), out var signer, out problem))
            {
                problem = $"signed-references: the key of '{held.Signer}': {problem}";
                return false;
            }

            if (!SignedBundle.TryOpen(held.Source.ToArray(), [signer], out var opened, out var refusal))
            {
                problem = $"signed-references: one of '{held.Signer}': {refusal.Detail}";
                return false;
            }

            sets.Add(opened.Bundle with { RevokedBecause = held.Revoked.Length == 0 ? null : held.Revoked });
        }

        references = EffectiveReferences.At(sets, parts.Context.At).Set;
        return true;
    }
}
