using System.Globalization;

namespace Shype.Attest.Measurement;

/// <summary>A PCR number of the PC Client TPM profile, 0 to 23: cannot be out of range.</summary>
public readonly record struct PcrIndex : IComparable<PcrIndex>
{
    /// <summary>PCRs of a PC Client TPM.</summary>
    public const int Count = 24;

    private readonly byte _value;

    /// <summary>The PCR <paramref name="value"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 0 to 23.</exception>
    public PcrIndex(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, Count);
        _value = (byte)value;
    }

    /// <summary>The number.</summary>
    public int Value => _value;

    /// <summary>The PCR with this number, when there is one.</summary>
    public static bool TryCreate(ulong value, out PcrIndex pcr)
    {
        pcr = value < Count ? new PcrIndex((int)value) : default;
        return value < Count;
    }

    /// <inheritdoc/>
    public int CompareTo(PcrIndex other) => _value.CompareTo(other._value);

    /// <inheritdoc/>
    public override string ToString() => _value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Ordered by number.</summary>
    public static bool operator <(PcrIndex left, PcrIndex right) => left._value < right._value;

    /// <summary>Ordered by number.</summary>
    public static bool operator >(PcrIndex left, PcrIndex right) => left._value > right._value;

    /// <summary>Ordered by number.</summary>
    public static bool operator <=(PcrIndex left, PcrIndex right) => left._value <= right._value;

    /// <summary>Ordered by number.</summary>
    public static bool operator >=(PcrIndex left, PcrIndex right) => left._value >= right._value;
}
