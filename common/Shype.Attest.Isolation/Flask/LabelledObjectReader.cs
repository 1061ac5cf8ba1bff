using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Flask;

// ocontexts and genfs: what the policy labels itself. The lists stand in a fixed order, another for each target; the header says how many there are.
internal static class LabelledObjectReader
{
    private static readonly LabelledKind[] XenOrder =
    [
        LabelledKind.InitialSid, LabelledKind.Pirq, LabelledKind.IoPort, LabelledKind.IoMemory, LabelledKind.PciDevice, LabelledKind.DeviceTree,
    ];

    private static readonly LabelledKind[] SELinuxOrder =
    [
        LabelledKind.InitialSid, LabelledKind.FileSystem, LabelledKind.Port, LabelledKind.NetworkInterface, LabelledKind.Node, LabelledKind.FileSystemUse,
        LabelledKind.Node6, LabelledKind.InfinibandKey, LabelledKind.InfinibandPort,
    ];

    public static int ListCount(FlaskTarget target, uint version) => target == FlaskTarget.Xen
        ? XenOrder.Length - (version < PolicyVersions.XenDeviceTree ? 1 : 0)
        : SELinuxOrder.Length - (version < PolicyVersions.Infiniband ? 2 : 0);

    public static ImmutableArray<LabelledObject> Read(ref FlaskReader reader, PolicySymbols symbols, FlaskTarget target, uint version)
    {
        var objects = ImmutableArray.CreateBuilder<LabelledObject>();
        var order = target == FlaskTarget.Xen ? XenOrder : SELinuxOrder;
        foreach (var kind in order.AsSpan(0, ListCount(target, version)))
        {
            var count = reader.Count("ocontext", 4 + ContextReader.LeastBytes);
            for (var i = 0; i < count; i++)
            {
                objects.Add(Object(ref reader, symbols, kind, version));
            }
        }

        ReadGeneratedFiles(ref reader, symbols, objects);
        return objects.DrainToImmutable();
    }

    private static LabelledObject Object(ref FlaskReader reader, PolicySymbols symbols, LabelledKind kind, uint version)
    {
        var (first, last, name) = (0UL, 0UL, (string?)null);
        switch (kind)
        {
            case LabelledKind.InitialSid or LabelledKind.Pirq or LabelledKind.PciDevice:
                first = last = reader.U32("ocontext.number");
                break;

            case LabelledKind.IoMemory when version >= PolicyVersions.XenDeviceTree:
                (first, last) = (reader.U64("ocontext.first"), reader.U64("ocontext.last"));
                break;

            case LabelledKind.IoPort or LabelledKind.IoMemory:
                (first, last) = (reader.U32("ocontext.first"), reader.U32("ocontext.last"));
                break;

            case LabelledKind.Port:
                reader.U32("ocontext.protocol");
                (first, last) = (reader.U32("ocontext.first"), reader.U32("ocontext.last"));
                break;

            case LabelledKind.Node:
                reader.Skip(8, "ocontext.address");
                break;

            case LabelledKind.Node6:
                reader.Skip(32, "ocontext.address");
                break;

            case LabelledKind.InfinibandKey:
                reader.Skip(8, "ocontext.prefix");
                (first, last) = (reader.U32("ocontext.first"), reader.U32("ocontext.last"));
                break;

            case LabelledKind.InfinibandPort:
                var portName = reader.Length("ocontext.name", FlaskLimits.MaxPathBytes);
                first = last = reader.U32("ocontext.port");
                name = reader.Text(portName, "ocontext.name");
                break;

            case LabelledKind.FileSystemUse:
                first = last = reader.U32("ocontext.behaviour");
                name = reader.Text(reader.Length("ocontext.name", FlaskLimits.MaxPathBytes), "ocontext.name");
                break;

            default:
                name = reader.Text(reader.Length("ocontext.name", FlaskLimits.MaxPathBytes), "ocontext.name");
                break;
        }

        if (last < first)
        {
            reader.Refuse("ocontext.last", $"a range from {first} to {last}");
        }

        var context = ContextReader.Read(ref reader, symbols);
        if (kind is LabelledKind.FileSystem or LabelledKind.NetworkInterface)
        {
            // The second is for what comes in over it: read, so that the place is kept.
            ContextReader.Read(ref reader, symbols);
        }

        return new(kind, first, last, name, context);
    }

    private static void ReadGeneratedFiles(ref FlaskReader reader, PolicySymbols symbols, ImmutableArray<LabelledObject>.Builder objects)
    {
        var systems = reader.Count("genfs", 9);
        for (var system = 0; system < systems; system++)
        {
            reader.Skip(reader.Length("genfs.type", FlaskLimits.MaxPathBytes), "genfs.type");
            var paths = reader.Count("genfs.paths", 9 + ContextReader.LeastBytes);
            for (var i = 0; i < paths; i++)
            {
                var name = reader.Text(reader.Length("genfs.path", FlaskLimits.MaxPathBytes), "genfs.path");
                var @class = reader.U32("genfs.class");
                if (@class > (uint)symbols.Classes.Highest)
                {
                    reader.Refuse("genfs.class", $"{@class} is no class");
                }

                objects.Add(new(LabelledKind.GeneratedFile, @class, @class, name, ContextReader.Read(ref reader, symbols)));
            }
        }
    }
}
