using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMS_SENSITIVE_CREATE (TPM 2.0 Part 2, 11.1.15): what the caller wants to be secret in a new object.</summary>
/// <param name="UserAuth">userAuth: the object's password.</param>
/// <param name="Data">The data to seal, or a key of the caller's.</param>
public sealed record SensitiveCreate(byte[] UserAuth, byte[] Data) : ITpmStructure<SensitiveCreate>
{
    /// <summary>No password, nothing to seal.</summary>
    public static SensitiveCreate Empty { get; } = new([], []);

    /// <inheritdoc/>
    public static string StructureName => "TPMS_SENSITIVE_CREATE";

    /// <inheritdoc/>
    public static SensitiveCreate Read(ref TpmReader reader) => new(
        UserAuth: reader.ReadSized("userAuth", WireLimits.MaxNonceBytes).ToArray(),
        Data: reader.ReadSized("data", WireLimits.MaxSensitiveDataBytes).ToArray());

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer)
    {
        writer.WriteSized(UserAuth);
        writer.WriteSized(Data);
    }
}
