namespace Shype.Attest.Isolation.Flask;

/// <summary>Values for a policy's booleans: the defaults, or what they were switched to.</summary>
public sealed class BooleanValues
{
    private readonly bool[] _values;

    private BooleanValues(bool[] values)
    {
        _values = values;
    }

    /// <summary>The values that the policy is loaded with.</summary>
    public static BooleanValues Defaults(FlaskPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var values = new bool[policy.Booleans.Select(boolean => boolean.Value).DefaultIfEmpty().Max() + 1];
        foreach (var boolean in policy.Booleans)
        {
            values[boolean.Value] = boolean.Default;
        }

        return new(values);
    }

    /// <summary>The same with one boolean switched.</summary>
    public BooleanValues With(FlaskBoolean boolean, bool value)
    {
        ArgumentNullException.ThrowIfNull(boolean);
        var values = _values.ToArray();
        values[boolean.Value] = value;
        return new(values);
    }

    /// <summary>The value of the boolean with that number.</summary>
    public bool this[int boolean] => _values[boolean];
}
