using Shype.Attest.Agent.Sources;

namespace Shype.Attest.Agent.Hosts.Xen;

/// <summary>A disk as xl-disk-configuration(5) writes it: target, format, vdev, access by their places, or by their names; a named target takes the rest.</summary>
internal static class XlDisk
{
    /// <summary>Reads one, or throws what is wrong with it as a <see cref="FormatException"/>.</summary>
    public static DiskDefinition Read(string text, bool measureWritable)
    {
        string? target = null, format = null, vdev = null, access = null;
        var place = 0;
        for (var rest = text; rest.Length > 0;)
        {
            var named = rest.TrimStart().StartsWith("target=", StringComparison.Ordinal);
            var comma = named ? -1 : rest.IndexOf(',', StringComparison.Ordinal);
            var word = (comma < 0 ? rest : rest[..comma]).Trim();
            rest = comma < 0 ? "" : rest[(comma + 1)..];
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            switch (equals > 0 ? word[..equals] : null)
            {
                case "target":
                    Set(ref target, word[(equals + 1)..], "target");
                    break;
                case "format":
                    Set(ref format, word[(equals + 1)..], "format");
                    break;
                case "vdev":
                    Set(ref vdev, word[(equals + 1)..], "vdev");
                    break;
                case "access":
                    Set(ref access, word[(equals + 1)..], "access");
                    break;
                case "backendtype" or "discard" or "direct-io-safe" or "colo":
                    break;
                case { } key:
                    throw new FormatException($"'{key}=' is not what the gate knows of disks: target, format, vdev, access, backendtype");
                case null when word is "cdrom" or "devtype=cdrom" or "discard" or "no-discard" or "direct-io-safe":
                    access ??= word == "cdrom" ? "ro" : null;
                    break;
                case null:
                    SetByPlace(word);
                    break;
            }
        }

        return Disk(target, format, vdev, access, measureWritable);

        void SetByPlace(string word)
        {
            switch (place++)
            {
                case 0:
                    Set(ref target, word, "target");
                    break;
                case 1:
                    Set(ref format, word, "format");
                    break;
                case 2:
                    Set(ref vdev, word, "vdev");
                    break;
                case 3:
                    Set(ref access, word, "access");
                    break;
                default:
                    throw new FormatException("has more parts than target, format, vdev, access");
            }
        }
    }

    private static void Set(ref string? value, string text, string name)
    {
        if (value is not null && text.Length > 0)
        {
            throw new FormatException($"tells {name} twice");
        }

        value ??= text.Length > 0 ? text : null;
    }

    private static DiskDefinition Disk(string? target, string? format, string? vdev, string? access, bool measureWritable)
    {
        if (target is null || !target.StartsWith('/'))
        {
            throw new FormatException("has no target that is a whole path; what lies elsewhere cannot be measured");
        }

        if (vdev is null)
        {
            throw new FormatException("has no vdev");
        }

        var readOnly = access switch
        {
            "ro" or "r" => true,
            "rw" or "w" or null => false,
            _ => throw new FormatException($"has the access '{access}'; ro and rw are known"),
        };
        return new DiskDefinition(vdev, target, readOnly)
        {
            Format = format switch
            {
                null or "raw" => "raw",
                "qcow2" => "qcow2",
                _ => throw new FormatException($"has the format '{format}'; raw and qcow2 can be measured"),
            },
            IsVmsOwn = !readOnly && !measureWritable,
        };
    }
}
