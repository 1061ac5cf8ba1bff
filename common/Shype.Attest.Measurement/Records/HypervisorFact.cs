namespace Shype.Attest.Measurement.Records;

/// <summary>One thing that a host was asked about what runs below its VMs.</summary>
/// <param name="Name">"source", "security-module", "live-patch", "build-configuration", "qemu".</param>
/// <param name="Text">The answer; null where it has none in words.</param>
/// <param name="Digest">The digest of what was found; null where nothing was to be hashed.</param>
public sealed record HypervisorFact(string Name, string? Text = null, MeasuredDigest? Digest = null)
{
    /// <summary>Whether the host could not tell.</summary>
    public bool IsUnknown => Text is null && Digest is null;

    internal static HypervisorFact Read(FieldReader reader)
    {
        reader.BeginMap("fact", 3);
        var fact = new HypervisorFact(reader.Text(0, "fact.name"), reader.OptionalText(1, "fact.text"), reader.OptionalDigest(2, "fact.digest"));
        reader.EndFields("fact");
        return fact;
    }

    internal static void Write(FieldWriter writer, HypervisorFact fact)
    {
        writer.BeginMap();
        writer.Text(0, fact.Name, "fact.name");
        writer.OptionalText(1, fact.Text, "fact.text");
        writer.OptionalDigest(2, fact.Digest, "fact.digest");
        writer.EndMap();
    }
}
