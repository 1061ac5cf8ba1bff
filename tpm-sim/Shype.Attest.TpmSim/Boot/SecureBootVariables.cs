namespace Shype.Attest.TpmSim.Boot;

/// <summary>
/// The variables that PCR 7 holds (PFP 1.05, 3.3.4.8). Switched off they are as on a machine without enrolled keys; switched on, platform key, key
/// exchange key and database hold one certificate each, of nobody.
/// </summary>
internal static class SecureBootVariables
{
    /// <summary>SecureBoot, PK, KEK, db, dbx, in the order in which firmware measures them.</summary>
    public static IReadOnlyList<UefiVariable> Of(bool enabled) =>
    [
        new(UefiVariable.Global, "SecureBoot", [enabled ? (byte)1 : (byte)0]),
        new(UefiVariable.Global, "PK", enabled ? Certificates("PK") : []),
        new(UefiVariable.Global, "KEK", enabled ? Certificates("KEK") : []),
        new(UefiVariable.SecurityDatabase, "db", enabled ? Certificates("db") : []),
        new(UefiVariable.SecurityDatabase, "dbx", enabled ? Forbidden() : []),
    ];

    /// <summary>The entry of db that the boot loader was verified with (EV_EFI_VARIABLE_AUTHORITY): EFI_SIGNATURE_DATA.</summary>
    public static UefiVariable Authority() => new(UefiVariable.SecurityDatabase, "db", SignatureData(Embedded("db")));

    // EFI_SIGNATURE_LIST (UEFI 2.10, 32.4.1): type, list size, header size, signature size, signatures.
    private static byte[] Certificates(string name) => List(X509, SignatureData(Embedded(name)));

    // The digest of no bytes: firmware enters it where it needs a list that forbids nothing.
    private static byte[] Forbidden() => List(Sha256, SignatureData(System.Security.Cryptography.SHA256.HashData([])));

    private static byte[] List(Guid type, byte[] signature) => new UefiData()
        .Guid(type).UInt32((uint)(ListHeaderBytes + signature.Length)).UInt32(0).UInt32((uint)signature.Length).Bytes(signature).ToArray();

    private static byte[] SignatureData(byte[] data) => new UefiData().Guid(Owner).Bytes(data).ToArray();

    private static byte[] Embedded(string name)
    {
        using var resource = typeof(SecureBootVariables).Assembly.GetManifestResourceStream($"secure-boot/{name}.der")!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }

    private const int ListHeaderBytes = 16 + 4 + 4 + 4;

    // EFI_CERT_X509_GUID, EFI_CERT_SHA256_GUID.
    private static readonly Guid X509 = new("a5c059a1-94e4-4aa7-87b5-ab155c2bf072");
    private static readonly Guid Sha256 = new("c1c41626-504c-4092-aca9-41f936934328");
    private static readonly Guid Owner = new("5b1d1c8e-2f0a-4d53-9c1b-3e6a7c5f0d42");
}
