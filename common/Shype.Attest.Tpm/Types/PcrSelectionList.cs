using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPML_PCR_SELECTION (TPM 2.0 Part 2, 10.9.7). A TPM signs any order and the same bank twice: equal means the same in the same order.</summary>
/// <param name="Selections">The selections as they came.</param>
public sealed record PcrSelectionList(IReadOnlyList<PcrSelection> Selections) : ITpmStructure<PcrSelectionList>
{
    /// <inheritdoc/>
    public static string StructureName => "TPML_PCR_SELECTION";

    /// <summary>How many PCRs all selections name, repeated ones counted again.</summary>
    public int PcrCount => Selections.Sum(selection => selection.Count);

    /// <summary>A list of these.</summary>
    public static PcrSelectionList Of(params PcrSelection[] selections) => new(selections);

    /// <inheritdoc/>
    public static PcrSelectionList Read(ref TpmReader reader)
    {
        var selections = new PcrSelection[reader.ReadCount("pcrSelections.count", WireLimits.MaxPcrSelections, LeastSelectionBytes)];
        for (var i = 0; i < selections.Length; i++)
        {
            selections[i] = PcrSelection.Read(ref reader);
        }

        return new PcrSelectionList(selections);
    }

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer)
    {
        writer.WriteUInt32((uint)Selections.Count);
        foreach (var selection in Selections)
        {
            selection.Write(ref writer);
        }
    }

    /// <inheritdoc/>
    public bool Equals(PcrSelectionList? other)
    {
        if (other is null || other.Selections.Count != Selections.Count)
        {
            return false;
        }

        for (var i = 0; i < Selections.Count; i++)
        {
            if (Selections[i] != other.Selections[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var selection in Selections)
        {
            hash.Add(selection);
        }

        return hash.ToHashCode();
    }

    /// <summary>"sha1:0,1+sha256:0", as tpm2-tools write it.</summary>
    public override string ToString() => string.Join('+', Selections);

    private const int LeastSelectionBytes = sizeof(ushort) + sizeof(byte) + 1;
}
