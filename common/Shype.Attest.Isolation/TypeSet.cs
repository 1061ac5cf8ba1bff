namespace Shype.Attest.Isolation;

/// <summary>A set of a policy's types by their places in it, 64 to a word.</summary>
internal readonly struct TypeSet
{
    private readonly ulong[] _words;

    public TypeSet(int types) => _words = new ulong[(types + BitsOfWord - 1) / BitsOfWord];

    public bool IsEmpty => !_words.AsSpan().ContainsAnyExcept(0UL);

    public bool this[int type] => (_words[type / BitsOfWord] & Bit(type)) != 0;

    /// <summary>Only while the set is being made.</summary>
    public void Add(int type) => _words[type / BitsOfWord] |= Bit(type);

    public bool Meets(TypeSet other)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            if ((_words[i] & other._words[i]) != 0)
            {
                return true;
            }
        }

        return false;
    }

    public bool Holds(TypeSet other)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            if ((other._words[i] & ~_words[i]) != 0)
            {
                return false;
            }
        }

        return true;
    }

    private static ulong Bit(int type) => 1UL << (type % BitsOfWord);

    private const int BitsOfWord = 64;
}
