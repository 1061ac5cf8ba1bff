namespace Shype.Attest.Measurement.Ima;

/// <summary>What is said about paths: exact ones by a look-up, the others by their patterns, one after the other.</summary>
internal sealed class ImaPathTable<T>
{
    private readonly Dictionary<string, List<T>> _exact = new(StringComparer.Ordinal);
    private readonly List<(ImaPathPattern Pattern, T Value)> _wild = [];

    /// <summary>Adds a path; what is wrong with it otherwise.</summary>
    public string? Add(string path, T value)
    {
        if (!ImaPathPattern.TryRead(path, out var pattern, out var problem))
        {
            return problem;
        }

        if (pattern.IsExact)
        {
            if (!_exact.TryGetValue(path, out var values))
            {
                _exact.Add(path, values = []);
            }

            values.Add(value);
            return null;
        }

        if (_wild.Count == MeasurementLimits.MaxImaWildcards)
        {
            return $"is one of more than {MeasurementLimits.MaxImaWildcards} with wildcards ({nameof(MeasurementLimits.MaxImaWildcards)})";
        }

        _wild.Add((pattern, value));
        return null;
    }

    /// <summary>All that is said about a path.</summary>
    public IReadOnlyList<T> Find(string path)
    {
        var found = _exact.TryGetValue(path, out var exact) ? exact : null;
        var isOwn = false;
        foreach (var (pattern, value) in _wild)
        {
            if (pattern.Matches(path))
            {
                found = isOwn ? found : found is null ? [] : [.. found];
                isOwn = true;
                found!.Add(value);
            }
        }

        return found ?? (IReadOnlyList<T>)[];
    }
}
