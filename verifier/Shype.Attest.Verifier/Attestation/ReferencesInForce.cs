using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol.Bundles;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>What counted as good for a verdict.</summary>
/// <param name="Version">The version of the operators' own values.</param>
/// <param name="Set">All that counted.</param>
/// <param name="Origin">The signed bundles that it was made from.</param>
internal sealed record ReferencesInForce(long Version, ReferenceSet Set, ReferenceOrigin Origin);

/// <summary>The signed bundles behind verdicts, kept under their digests: once, however many verdicts rest on them.</summary>
internal sealed class ReferenceOrigin
{
    private readonly IReadOnlyList<ArchivePart> _parts;
    private volatile bool _isKept;

    private ReferenceOrigin(byte[] digest, IReadOnlyList<ArchivePart> parts) => (Digest, _parts) = (digest, parts);

    /// <summary>SHA-256 of the list of them; empty where there are none.</summary>
    public byte[] Digest { get; }

    /// <summary>What is to be stored with the next verdict; nothing once it is.</summary>
    public IReadOnlyList<ArchivePart> ToStore => _isKept ? [] : _parts;

    public static ReferenceOrigin Of(IReadOnlyList<SignedReferences> held)
    {
        if (held.Count == 0)
        {
            return new([], []);
        }

        var list = ArchivePart.Of(SignedReferences.List(held));
        return new(list.Digest, [list, .. held.Select(bundle => ArchivePart.Of(bundle.Source.ToArray()))]);
    }

    /// <summary>They are on the disk.</summary>
    public void MarkKept() => _isKept = true;
}
