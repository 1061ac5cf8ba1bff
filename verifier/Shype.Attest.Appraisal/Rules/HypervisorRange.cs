using System.Globalization;

namespace Shype.Attest.Appraisal.Rules;

/// <summary>Versions of one kind of hypervisor that are taken.</summary>
/// <param name="Kind">The kind: "xen", "kvm", "shype".</param>
/// <param name="From">The first version that is taken; null where there is no lower end.</param>
/// <param name="Below">The first version that is not taken any more; null where there is no upper end.</param>
public sealed record HypervisorRange(string Kind, string? From, string? Below)
{
    /// <summary>Whether a hypervisor is in the range. A version that does not begin with a number is in none that has an end.</summary>
    public bool Contains(string kind, string version) =>
        kind == Kind
        && ((From is null && Below is null)
            || (TryParse(version, out var numbers)
                && (From is null || (TryParse(From, out var first) && Compare(numbers, first) >= 0))
                && (Below is null || (TryParse(Below, out var end) && Compare(numbers, end) < 0))));

    /// <summary>Whether a text is a version that can be compared: "4.17", "4.17.3"; "4.17.3-pre" counts as 4.17.3.</summary>
    public static bool IsVersion(string text) => TryParse(text, out _);

    /// <inheritdoc/>
    public override string ToString() => Kind + (From is null ? "" : $" from {From}") + (Below is null ? "" : $" below {Below}");

    private static bool TryParse(string text, out List<uint> numbers)
    {
        numbers = [];
        foreach (var part in text.Split('.'))
        {
            var digits = part.AsSpan(0, part.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : part.Length);
            if (!uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                break;
            }

            numbers.Add(number);
            if (digits.Length < part.Length)
            {
                break;
            }
        }

        return numbers.Count > 0;
    }

    private static int Compare(List<uint> left, List<uint> right)
    {
        for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
        {
            var order = left.ElementAtOrDefault(i).CompareTo(right.ElementAtOrDefault(i));
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }
}
