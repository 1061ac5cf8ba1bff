using System.Collections.Immutable;
using System.Text;

namespace Shype.Attest.Isolation.Acm;

/// <summary>Text ordered by its UTF-8 bytes, as anybody's language can; UTF-16 order differs beyond U+FFFF.</summary>
internal sealed class ByteOrder : IComparer<string>
{
    public static ByteOrder Instance { get; } = new();

    public static ImmutableArray<string> Sort(IEnumerable<string> names) => [.. names.Order(Instance)];

    public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x ?? "").AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y ?? ""));
}
