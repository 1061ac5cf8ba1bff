using System.Globalization;

namespace Shype.Attest.Isolation.Acm;

/// <summary>A policy's version, <c>major.minor</c>; "1.10" comes after "1.9".</summary>
/// <param name="Major">Before the dot.</param>
/// <param name="Minor">After the dot.</param>
public readonly record struct AcmVersion(uint Major, uint Minor) : IComparable<AcmVersion>
{
    internal const uint MaxPart = 99_999_999;

    private const int MaxDigits = 8;

    /// <summary>
    /// Reads <c>[0-9]{1,8}.[0-9]{1,8}</c> with a real dot. (The schema's pattern forgot to escape its dot and so lets any character
    /// pass; xend then splits at a dot. What the two read differently is refused.)
    /// </summary>
    public static bool TryParse(string? text, out AcmVersion version)
    {
        version = default;
        var dot = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (dot < 0 || !TryNumber(text.AsSpan(0, dot), out var major) || !TryNumber(text.AsSpan(dot + 1), out var minor))
        {
            return false;
        }

        version = new(major, minor);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(AcmVersion other) => Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    /// <summary>Whether the left is older.</summary>
    public static bool operator <(AcmVersion left, AcmVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left is newer.</summary>
    public static bool operator >(AcmVersion left, AcmVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left is not newer.</summary>
    public static bool operator <=(AcmVersion left, AcmVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left is not older.</summary>
    public static bool operator >=(AcmVersion left, AcmVersion right) => left.CompareTo(right) >= 0;

    /// <summary>Without leading zeros: "1.0".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    private static bool TryNumber(ReadOnlySpan<char> digits, out uint number)
    {
        number = 0;
        return digits.Length is > 0 and <= MaxDigits && uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
