using System.Globalization;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPM_HANDLE (TPM 2.0 Part 2, 7): the upper byte says what kind of thing it names.</summary>
/// <param name="Value">The number.</param>
public readonly record struct Handle(uint Value) : ITpmStructure<Handle>
{
    /// <summary>TPM_RH_OWNER: the storage hierarchy.</summary>
    public static Handle Owner { get; } = new(0x4000_0001);

    /// <summary>TPM_RH_NULL.</summary>
    public static Handle Null { get; } = new(0x4000_0007);

    /// <summary>TPM_RH_UNASSIGNED.</summary>
    public static Handle Unassigned { get; } = new(0x4000_0008);

    /// <summary>TPM_RS_PW: authorisation by password.</summary>
    public static Handle PasswordSession { get; } = new(0x4000_0009);

    /// <summary>TPM_RH_LOCKOUT.</summary>
    public static Handle Lockout { get; } = new(0x4000_000a);

    /// <summary>TPM_RH_ENDORSEMENT.</summary>
    public static Handle Endorsement { get; } = new(0x4000_000b);

    /// <summary>TPM_RH_PLATFORM.</summary>
    public static Handle Platform { get; } = new(0x4000_000c);

    /// <summary>The NV index of the RSA-2048 endorsement key's certificate (TCG EK Credential Profile, 2.2.1.4).</summary>
    public static Handle EkRsaCertificateIndex { get; } = new(0x01c0_0002);

    /// <summary>The NV index of the P-256 endorsement key's certificate (TCG EK Credential Profile, 2.2.1.4).</summary>
    public static Handle EkEccCertificateIndex { get; } = new(0x01c0_000a);

    /// <inheritdoc/>
    public static string StructureName => "TPM_HANDLE";

    /// <summary>Whether it names a PCR (TPM_HT_PCR).</summary>
    public bool IsPcr => Kind == 0x00;

    /// <summary>Whether it names an NV index (TPM_HT_NV_INDEX).</summary>
    public bool IsNvIndex => Kind == 0x01;

    /// <summary>Whether it names an HMAC or policy session.</summary>
    public bool IsSession => Kind is 0x02 or 0x03;

    /// <summary>Whether it names an object in the TPM's memory (TPM_HT_TRANSIENT).</summary>
    public bool IsTransient => Kind == 0x80;

    /// <summary>Whether it names an object that stays (TPM_HT_PERSISTENT).</summary>
    public bool IsPersistent => Kind == 0x81;

    /// <summary>The handle of a PCR.</summary>
    public static Handle Pcr(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, WireLimits.MaxPcrSelectBytes * 8);
        return new Handle((uint)index);
    }

    /// <inheritdoc/>
    public static Handle Read(ref TpmReader reader) => new(reader.ReadUInt32("handle"));

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer) => writer.WriteUInt32(Value);

    /// <summary>"0x81000001".</summary>
    public override string ToString() => "0x" + Value.ToString("x8", CultureInfo.InvariantCulture);

    private uint Kind => Value >> 24;
}
