namespace Shype.Attest.Isolation.Flask;

/// <summary>A sensitivity with categories.</summary>
/// <param name="Sensitivity">The number of the sensitivity; 0 where the policy has no levels.</param>
/// <param name="Categories">The numbers, less one, of the categories.</param>
public sealed record FlaskLevel(int Sensitivity, FlaskBitmap Categories)
{
    /// <summary>The level of every context in a policy without levels.</summary>
    public static FlaskLevel None { get; } = new(0, new([]));

    /// <summary>Whether it is as high as the other and holds its categories.</summary>
    public bool Dominates(FlaskLevel other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Sensitivity >= other.Sensitivity && Categories.Covers(other.Categories);
    }
}

/// <summary>A security context by numbers: what the policy says of something labelled.</summary>
/// <param name="User">The user's number.</param>
/// <param name="Role">The role's number.</param>
/// <param name="Type">The type's number.</param>
/// <param name="Low">The low level.</param>
/// <param name="High">The high level.</param>
public sealed record FlaskContext(int User, int Role, int Type, FlaskLevel Low, FlaskLevel High);

/// <summary>What gets a context from the policy itself.</summary>
public enum LabelledKind
{
    /// <summary>An initial security identifier: what the kernel starts with.</summary>
    InitialSid,

    /// <summary>A physical interrupt (Xen).</summary>
    Pirq,

    /// <summary>A range of I/O ports (Xen).</summary>
    IoPort,

    /// <summary>A range of machine memory pages (Xen).</summary>
    IoMemory,

    /// <summary>A PCI function, as segment, bus, device, function (Xen).</summary>
    PciDevice,

    /// <summary>A node of the device tree (Xen).</summary>
    DeviceTree,

    /// <summary>A file system, obsolete (SELinux).</summary>
    FileSystem,

    /// <summary>A range of network ports (SELinux).</summary>
    Port,

    /// <summary>A network interface (SELinux).</summary>
    NetworkInterface,

    /// <summary>An IPv4 network (SELinux).</summary>
    Node,

    /// <summary>How a kind of file system is labelled (SELinux).</summary>
    FileSystemUse,

    /// <summary>An IPv6 network (SELinux).</summary>
    Node6,

    /// <summary>InfiniBand partition keys (SELinux).</summary>
    InfinibandKey,

    /// <summary>An InfiniBand end port (SELinux).</summary>
    InfinibandPort,

    /// <summary>A path in a file system without labels of its own (SELinux).</summary>
    GeneratedFile,
}

/// <summary>Something that the policy itself labels.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="First">Its number, or the first of a range.</param>
/// <param name="Last">The last of a range; else as <paramref name="First"/>.</param>
/// <param name="Name">Its name; null where it has none, or where it is no printable ASCII.</param>
/// <param name="Context">Its context.</param>
public sealed record LabelledObject(LabelledKind Kind, ulong First, ulong Last, string? Name, FlaskContext Context);
