namespace Shype.Attest.Appraisal.References.Corim;

/// <summary>What the CoMIDs of one CoRIM add up to.</summary>
internal sealed class ReferenceContent
{
    public List<string> Entities { get; } = [];

    public List<PcrReference> Pcrs { get; } = [];

    /// <summary>The reference document of our profile.</summary>
    public ReferenceDocument? Document { get; set; }

    public long Sequence { get; set; }

    public int Unused { get; set; }

    public bool IsEmpty => Document is null && Pcrs.Count == 0;

    public ReferenceDocument ToDocument() => (Document ?? new() { Format = ReferenceSet.Format }) with { Pcrs = Pcrs };
}
