using System.Numerics;

namespace Shype.Attest.Isolation.Flask;

/// <summary>A set of numbers from 0, as the policy holds it: 64-bit words at ascending places (ebitmap).</summary>
public sealed class FlaskBitmap
{
    internal const int UnitBits = 64;

    private readonly Node[] _nodes;

    internal FlaskBitmap(Node[] nodes)
    {
        _nodes = nodes;
    }

    /// <summary>How many numbers are in it.</summary>
    public int Count => _nodes.Sum(node => BitOperations.PopCount(node.Bits));

    /// <summary>The highest number in it; -1 when it is empty.</summary>
    public int Highest => _nodes is [.., var last] ? last.Start + UnitBits - 1 - BitOperations.LeadingZeroCount(last.Bits) : -1;

    /// <summary>Whether the number is in it.</summary>
    public bool Contains(int number)
    {
        var (low, high) = (0, _nodes.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var distance = number - _nodes[middle].Start;
            if (distance is >= 0 and < UnitBits)
            {
                return (_nodes[middle].Bits >> distance & 1) != 0;
            }

            (low, high) = distance < 0 ? (low, middle - 1) : (middle + 1, high);
        }

        return false;
    }

    /// <summary>Whether every number of the other is in this one.</summary>
    public bool Covers(FlaskBitmap other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Numbers().All(Contains);
    }

    /// <summary>The numbers, ascending.</summary>
    public IEnumerable<int> Numbers()
    {
        foreach (var node in _nodes)
        {
            for (var bits = node.Bits; bits != 0; bits &= bits - 1)
            {
                yield return node.Start + BitOperations.TrailingZeroCount(bits);
            }
        }
    }

    internal readonly record struct Node(int Start, ulong Bits);
}
