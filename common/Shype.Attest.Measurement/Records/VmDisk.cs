namespace Shype.Attest.Measurement.Records;

/// <summary>A disk of a VM.</summary>
/// <param name="Name">As the configuration names it: "xvda", "root".</param>
/// <param name="Digest">What was measured; null for a disk that is only written by its VM and is not measured.</param>
/// <param name="ReadOnly">Whether the VM can write to it.</param>
public sealed record VmDisk(string Name, MeasuredDigest? Digest, bool ReadOnly)
{
    internal static VmDisk Read(FieldReader reader)
    {
        reader.BeginMap("disk", 3);
        var disk = new VmDisk(reader.Text(0, "disk.name"), reader.OptionalDigest(1, "disk.digest"), reader.Bool(2, "disk.readOnly"));
        reader.EndFields("disk");
        return disk;
    }

    internal static void Write(FieldWriter writer, VmDisk disk)
    {
        writer.BeginMap();
        writer.Text(0, disk.Name, "disk.name");
        writer.OptionalDigest(1, disk.Digest, "disk.digest");
        writer.Bool(2, disk.ReadOnly);
        writer.EndMap();
    }
}
