namespace Shype.Attest.Isolation.Flask;

// Transitions and role rules: they say how labels come about, not who may reach whom, so they are checked and counted.
internal static class TransitionReader
{
    public static int RoleTransitions(ref FlaskReader reader, PolicySymbols symbols, uint version)
    {
        var hasClass = version >= PolicyVersions.RoleTransitionClass;
        var count = reader.Count("role_trans", hasClass ? 16 : 12);
        for (var i = 0; i < count; i++)
        {
            symbols.Roles.Require(ref reader, "role_trans.role");
            symbols.Types.Require(ref reader, "role_trans.type");
            symbols.Roles.Require(ref reader, "role_trans.new_role");
            if (hasClass)
            {
                symbols.Classes.Require(ref reader, "role_trans.class");
            }
        }

        return count;
    }

    public static int RoleAllows(ref FlaskReader reader, PolicySymbols symbols)
    {
        var count = reader.Count("role_allow", 8);
        for (var i = 0; i < count; i++)
        {
            symbols.Roles.Require(ref reader, "role_allow.role");
            symbols.Roles.Require(ref reader, "role_allow.new_role");
        }

        return count;
    }

    public static int FilenameTransitions(ref FlaskReader reader, PolicySymbols symbols, uint version)
    {
        if (version < PolicyVersions.FilenameTransitions)
        {
            return 0;
        }

        return version < PolicyVersions.CompressedFilenameTransitions ? Plain(ref reader, symbols) : Compressed(ref reader, symbols);
    }

    public static int RangeTransitions(ref FlaskReader reader, PolicySymbols symbols)
    {
        var count = reader.Count("range_trans", 12 + 8 + FlaskReader.BitmapBytes);
        for (var i = 0; i < count; i++)
        {
            symbols.Types.Require(ref reader, "range_trans.source");
            symbols.Types.Require(ref reader, "range_trans.target");
            symbols.Classes.Require(ref reader, "range_trans.class");
            ContextReader.ReadRange(ref reader, "range_trans.range");
        }

        return count;
    }

    private static int Plain(ref FlaskReader reader, PolicySymbols symbols)
    {
        var count = reader.Count("filename_trans", 21);
        for (var i = 0; i < count; i++)
        {
            FileName(ref reader);
            symbols.Types.Require(ref reader, "filename_trans.source");
            symbols.Types.Require(ref reader, "filename_trans.target");
            symbols.Classes.Require(ref reader, "filename_trans.class");
            symbols.Types.Require(ref reader, "filename_trans.type");
        }

        return count;
    }

    // From version 33: one entry per name, target and class, with the sources of each outcome as a bitmap.
    private static int Compressed(ref FlaskReader reader, PolicySymbols symbols)
    {
        var total = 0L;
        var count = reader.Count("filename_trans", 17);
        for (var i = 0; i < count; i++)
        {
            FileName(ref reader);
            symbols.Types.Require(ref reader, "filename_trans.target");
            symbols.Classes.Require(ref reader, "filename_trans.class");
            var outcomes = reader.Count("filename_trans.outcomes", FlaskReader.BitmapBytes + 4);
            for (var outcome = 0; outcome < outcomes; outcome++)
            {
                var sources = reader.Bitmap("filename_trans.sources");
                if (sources.Highest >= symbols.Types.Highest)
                {
                    reader.Refuse("filename_trans.sources", $"{sources.Highest + 1} is no type");
                }

                total += sources.Count;
                symbols.Types.Require(ref reader, "filename_trans.type");
            }
        }

        return (int)Math.Min(total, int.MaxValue);
    }

    private static void FileName(ref FlaskReader reader) => reader.Skip(reader.Length("filename_trans.name", FlaskLimits.MaxPathBytes), "filename_trans.name");
}
