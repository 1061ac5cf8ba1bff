using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Isolation.Flask;

/// <summary>
/// The binary policy that Xen's FLASK and SELinux load (policydb, versions 24 to 33), read as the kernel does: header, capabilities, symbols, rules,
/// conditionals, roles, file names, labelled objects, ranges, attributes; and nothing behind it.
/// </summary>
public static class FlaskBinary
{
    private const uint Magic = 0xf97c_ff8c;
    private const uint Mls = 1;
    private const uint UnknownReject = 2;
    private const uint UnknownAllow = 4;
    private const uint SymbolTables = 8;

    private static ReadOnlySpan<byte> XenName => "XenFlask"u8;

    private static ReadOnlySpan<byte> SELinuxName => "SE Linux"u8;

    /// <summary>Whether a file starts as a binary policy does; it may still be refused.</summary>
    public static bool Recognises(ReadOnlySpan<byte> file) => file.Length >= sizeof(uint) && BinaryPrimitives.ReadUInt32LittleEndian(file) == Magic;

    /// <summary>Reads a policy that fills the file, or says what is wrong.</summary>
    public static bool TryParse(ReadOnlySpan<byte> file, [NotNullWhen(true)] out FlaskPolicy? policy, [NotNullWhen(false)] out FlaskProblem? problem)
    {
        (policy, problem) = (null, null);
        if (file.Length > FlaskLimits.MaxFileBytes)
        {
            problem = new("file", 0, $"{file.Length} bytes, more than {FlaskLimits.MaxFileBytes}");
            return false;
        }

        try
        {
            policy = Read(file);
            return true;
        }
        catch (FlaskFormatException refused)
        {
            problem = refused.Problem;
            return false;
        }
    }

    private static FlaskPolicy Read(ReadOnlySpan<byte> file)
    {
        var reader = new FlaskReader(file);
        var (target, version, configuration) = Header(ref reader);
        var capabilities = reader.Bitmap("policycaps");
        var permissive = reader.Bitmap("permissive_map");
        var symbols = PolicySymbols.Read(ref reader, version);
        var rules = RuleReader.Read(ref reader, symbols, version);
        var conditionals = RuleReader.ReadConditionals(ref reader, symbols, version);
        var roleTransitions = TransitionReader.RoleTransitions(ref reader, symbols, version);
        var roleAllows = TransitionReader.RoleAllows(ref reader, symbols);
        var filenameTransitions = TransitionReader.FilenameTransitions(ref reader, symbols, version);
        var objects = LabelledObjectReader.Read(ref reader, symbols, target, version);
        var rangeTransitions = TransitionReader.RangeTransitions(ref reader, symbols);
        var attributes = AttributeMap.Read(ref reader, symbols.Types);
        if (reader.Left != 0)
        {
            reader.Refuse("file", $"{reader.Left} bytes are left over");
        }

        return new(symbols, attributes, rules, conditionals, permissive)
        {
            Target = target,
            Version = (int)version,
            IsMls = (configuration & Mls) != 0,
            UnknownPermissions = (configuration & UnknownAllow) != 0 ? UnknownPermissions.Allow
                : (configuration & UnknownReject) != 0 ? UnknownPermissions.Reject : UnknownPermissions.Deny,
            Capabilities = capabilities,
            Objects = objects,
            RoleTransitionCount = roleTransitions,
            RoleAllowCount = roleAllows,
            FilenameTransitionCount = filenameTransitions,
            RangeTransitionCount = rangeTransitions,
        };
    }

    private static (FlaskTarget Target, uint Version, uint Configuration) Header(ref FlaskReader reader)
    {
        if (reader.U32("magic") != Magic)
        {
            reader.Refuse("magic", "this is no binary kernel policy");
        }

        var length = reader.Length("target", XenName.Length);
        var name = reader.Bytes(length, "target");
        var isXen = name.SequenceEqual(XenName);
        if (!isXen && !name.SequenceEqual(SELinuxName))
        {
            reader.Refuse("target", "neither XenFlask nor SE Linux");
        }

        var target = isXen ? FlaskTarget.Xen : FlaskTarget.SELinux;
        var version = reader.U32("version");
        if (version is < FlaskLimits.MinVersion or > FlaskLimits.MaxVersion)
        {
            reader.Refuse("version", $"{version} is not one from {FlaskLimits.MinVersion} to {FlaskLimits.MaxVersion}");
        }

        var configuration = reader.U32("config");
        if ((configuration & ~(Mls | UnknownReject | UnknownAllow)) != 0 || (configuration & (UnknownReject | UnknownAllow)) == (UnknownReject | UnknownAllow))
        {
            reader.Refuse("config", $"0x{configuration:x} has bits that are not known, or contradict each other");
        }

        if (reader.U32("symbol tables") != SymbolTables || reader.U32("ocontext lists") != LabelledObjectReader.ListCount(target, version))
        {
            reader.Refuse("header", $"its numbers of tables are not those of version {version}");
        }

        return (target, version, configuration);
    }
}
