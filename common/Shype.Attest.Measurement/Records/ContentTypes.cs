namespace Shype.Attest.Measurement.Records;

/// <summary>The content types by their names on the wire.</summary>
internal static class ContentTypes
{
    public const ulong Version = 1;

    public const string Boot = "boot";
    public const string Hypervisor = "hypervisor";
    public const string Policy = "policy";
    public const string PolicyChange = "policy-change";
    public const string VmStart = "vm-start";
    public const string VmStop = "vm-stop";
    public const string ResourceAttach = "resource-attach";
    public const string ResourceDetach = "resource-detach";
    public const string MigrateIn = "migrate-in";
    public const string MigrateOut = "migrate-out";
    public const string Gap = "gap";

    public static MeasurementContent Read(FieldReader reader, ReadOnlyMemory<byte> bytes, int offset)
    {
        reader.Start(bytes, offset);
        reader.BeginArrayOf(3, "content");
        var type = reader.Text("type");
        var read = Reader(type) ?? throw reader.Refuse(RecordProblemCode.UnknownType, $"content type '{type}' is unknown");
        if (reader.UInt("version") is var version && version != Version)
        {
            throw reader.Refuse(RecordProblemCode.UnknownVersion, $"version {version} of '{type}' is unknown");
        }

        reader.BeginMap("fields", MaxFields);
        var content = read(reader);
        reader.EndFields("fields");
        reader.Leave();
        reader.End("content");
        return content;
    }

    private static Func<FieldReader, MeasurementContent>? Reader(string type) => type switch
    {
        Boot => BootContent.Read,
        Hypervisor => HypervisorContent.Read,
        Policy => PolicyContent.Read,
        PolicyChange => PolicyChangeContent.Read,
        VmStart => VmStartContent.Read,
        VmStop => VmStopContent.Read,
        ResourceAttach => ResourceAttachContent.Read,
        ResourceDetach => ResourceDetachContent.Read,
        MigrateIn => MigrateInContent.Read,
        MigrateOut => MigrateOutContent.Read,
        Gap => GapContent.Read,
        _ => null,
    };

    private const int MaxFields = 32;
}
