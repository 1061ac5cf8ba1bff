using System.Globalization;

namespace Shype.Attest.Isolation.Acm.Binary;

/// <summary>A label as the hypervisor knows it: a row of the primary rule's table and a row of the secondary's (Xen's ssidref).</summary>
/// <param name="Primary">The low half.</param>
/// <param name="Secondary">The high half.</param>
public readonly record struct SsidRef(ushort Primary, ushort Secondary)
{
    /// <summary>A label whose row is the same in both tables, as every VM label's is.</summary>
    public static SsidRef OfRow(int row) => new((ushort)row, (ushort)row);

    /// <summary>From its 32 bits.</summary>
    public static SsidRef From(uint value) => new((ushort)value, (ushort)(value >> 16));

    /// <summary>Its 32 bits.</summary>
    public uint Value => ((uint)Secondary << 16) | Primary;

    /// <summary>"0x00020002".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Value:x8}");
}
