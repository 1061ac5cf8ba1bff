using Shype.Attest.Isolation.Guarantees.Inputs;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>Whether what a VM started from is what an operator called good.</summary>
internal sealed class KnownImages(IReadOnlyList<ImageReference> references)
{
    private readonly ILookup<Guid, ImageReference> _byUuid = references.Where(reference => reference.Uuid is not null).ToLookup(reference => reference.Uuid!.Value);
    private readonly ILookup<string, ImageReference> _byName = references.Where(reference => reference.Uuid is null).ToLookup(reference => reference.Vm, StringComparer.Ordinal);

    /// <summary>Why it is not, or null; of several alternatives the one that comes closest tells.</summary>
    public string? Problem(VmIdentity start) =>
        For(start) is { Count: > 0 } alternatives
            ? alternatives.Select(reference => Problems(reference, start).ToList()).MinBy(problems => problems.Count)!.FirstOrDefault()
            : "no reference names it";

    /// <summary>Whether a reference that it matches names its configuration.</summary>
    public bool HasConfig(VmIdentity start) => For(start).Exists(reference => reference.Config is not null && !Problems(reference, start).Any());

    // Those with its uuid, otherwise those with its name and no uuid.
    private List<ImageReference> For(VmIdentity start) => [.. _byUuid.Contains(start.Vm.Uuid) ? _byUuid[start.Vm.Uuid] : _byName[start.Vm.Name]];

    private static IEnumerable<string> Problems(ImageReference reference, VmIdentity start)
    {
        if (reference.Label != start.Vm.Label)
        {
            yield return $"its label is {Quote.Name(start.Vm.EffectiveLabel)}, and the reference is for {Quote.Name(reference.Label ?? "none")}";
        }

        if (reference.Config is { } config && config != start.Config)
        {
            yield return "its configuration is not the reference's";
        }

        if (start.Mutable && !reference.MayBeMutable)
        {
            yield return "an image of it could change after it was measured";
        }

        foreach (var image in start.Images)
        {
            if (reference.Images.FirstOrDefault(known => known.Part == image.Part) is not { } known)
            {
                yield return $"the reference has no {Quote.Visible(image.Part)}";
            }
            else if (known.Digest is not null && known.Digest != image.Digest)
            {
                yield return $"its {Quote.Visible(image.Part)} is {(image.Digest is null ? "not measured" : "not the reference's")}";
            }
        }

        foreach (var absent in reference.Images.Where(known => start.Images.All(image => image.Part != known.Part)))
        {
            yield return $"it has no {Quote.Visible(absent.Part)}";
        }
    }
}
