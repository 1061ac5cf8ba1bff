namespace Shype.Attest.Isolation.Flask;

// Contexts, ranges and levels (context_struct, mls_range, mls_level). The versions that are read always hold a range, whether or not the policy has levels.
internal static class ContextReader
{
    public const int LeastBytes = 12 + 8 + FlaskReader.BitmapBytes;

    public static FlaskContext Read(ref FlaskReader reader, PolicySymbols symbols)
    {
        var user = symbols.Users.Require(ref reader, "context.user");
        var role = symbols.Roles.Require(ref reader, "context.role");
        var type = symbols.Types.Require(ref reader, "context.type");
        var (low, high) = ReadRange(ref reader, "context.range");
        return new(user, role, type, low, high);
    }

    public static (FlaskLevel Low, FlaskLevel High) ReadRange(ref FlaskReader reader, string member)
    {
        var items = reader.U32(member);
        if (items is not (1 or 2))
        {
            reader.Refuse(member, $"{items} levels instead of one or two");
        }

        var low = Sensitivity(ref reader, member);
        var high = items == 2 ? Sensitivity(ref reader, member) : low;
        var categories = reader.Bitmap(member);
        return (new(low, categories), new(high, items == 2 ? reader.Bitmap(member) : categories));
    }

    public static FlaskLevel ReadLevel(ref FlaskReader reader, string member) => new(Sensitivity(ref reader, member), reader.Bitmap(member));

    private static int Sensitivity(ref FlaskReader reader, string member)
    {
        var value = reader.U32(member);
        if (value > FlaskLimits.MaxSymbols)
        {
            reader.Refuse(member, $"sensitivity {value}");
        }

        return (int)value;
    }
}
