namespace Shype.Attest.TpmSim.Boot;

/// <summary>A UEFI variable.</summary>
internal sealed record UefiVariable(Guid Vendor, string Name, byte[] Value)
{
    /// <summary>EFI_GLOBAL_VARIABLE (UEFI 2.10, 3.3).</summary>
    public static readonly Guid Global = new("8be4df61-93ca-11d2-aa0d-00e098032b8c");

    /// <summary>EFI_IMAGE_SECURITY_DATABASE_GUID (UEFI 2.10, 32.6.1).</summary>
    public static readonly Guid SecurityDatabase = new("d719b2cb-3d3a-4596-a3bc-dad00e67656f");

    /// <summary>UEFI_VARIABLE_DATA (PFP 1.05, 10.2.6): the name is counted in characters and has no NUL.</summary>
    public byte[] ToEventData() => new UefiData().Guid(Vendor).UInt64((ulong)Name.Length).UInt64((ulong)Value.Length).Characters(Name).Bytes(Value).ToArray();
}
