using System.Text;
using System.Xml;
using System.Xml.Linq;
using Shype.Attest.Agent.Sources;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;

namespace Shype.Attest.Agent.Hosts.Libvirt;

/// <summary>A VM's definition as libvirt writes it (formatdomain), as its hook gets it on standard input.</summary>
/// <param name="Vm">What it defines.</param>
/// <param name="HasVirtualTpm">Whether it has a virtual TPM that libvirt runs (swtpm).</param>
public sealed record DomainXml(VmDefinition Vm, bool HasVirtualTpm)
{
    /// <summary>Reads a definition.</summary>
    /// <exception cref="AgentException">It is none, or one that cannot be measured whole.</exception>
    public static DomainXml Read(byte[] xml, bool measureWritable)
    {
        ArgumentNullException.ThrowIfNull(xml);
        var domain = Parse(xml);
        if (domain.Name != "domain")
        {
            throw Wrong($"<{TextRules.Escape(domain.Name.LocalName)}> is no <domain>");
        }

        // Namespaces of hypervisors (qemu:commandline, qemu:override) hand QEMU anything, which nobody here understands.
        if (domain.Elements().FirstOrDefault(element => element.Name.NamespaceName.Length > 0) is { } foreign)
        {
            throw Wrong($"<{TextRules.Escape(foreign.Name.LocalName)}> of {TextRules.Escape(foreign.Name.NamespaceName)} hands the emulator what cannot be measured");
        }

        var os = domain.Element("os");
        var vm = new VmDefinition
        {
            Name = Text(domain, "name", ProtocolLimits.MaxNameCharacters),
            Uuid = Guid.TryParseExact(Text(domain, "uuid", 36), "D", out var uuid) && uuid != Guid.Empty ? uuid : throw Wrong("<uuid> is no VM's uuid"),
            Label = Label(domain),
            Configuration = new VmConfiguration.InText(CanonicalDomain.Of(domain)),
            KernelFile = File(os?.Element("kernel")),
            InitrdFile = File(os?.Element("initrd")),
            FirmwareFile = File(os?.Element("loader")),
            Disks = [.. Disks(domain, measureWritable)],
        };
        return vm.Disks.Count <= MeasurementLimits.MaxDisks && vm.Disks.Select(disk => disk.Name).Distinct(StringComparer.Ordinal).Count() == vm.Disks.Count
            ? new(vm, domain.Element("devices")?.Elements("tpm").Any(tpm => (string?)tpm.Element("backend")?.Attribute("type") == "emulator") == true)
            : throw Wrong("<disk> has a target twice, or there are too many");
    }

    private static XElement Parse(byte[] xml)
    {
        if (xml.Length > MaxBytes)
        {
            throw Wrong($"more than {MaxBytes} bytes");
        }

        try
        {
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MaxBytes };
            using (var depth = XmlReader.Create(new MemoryStream(xml), settings))
            {
                while (depth.Read())
                {
                    if (depth.Depth > MaxDepth)
                    {
                        throw Wrong($"more than {MaxDepth} elements in each other");
                    }
                }
            }

            using var reader = XmlReader.Create(new MemoryStream(xml), settings);
            return XDocument.Load(reader).Root!;
        }
        catch (XmlException e)
        {
            throw Wrong(TextRules.Escape(e.Message), e);
        }
    }

    // Ours in the metadata, before that of a security driver: that one is often made up anew for each start.
    private static string? Label(XElement domain)
    {
        var label = domain.Element("metadata")?.Element(XName.Get("label", Namespace))?.Value.Trim()
            ?? domain.Elements("seclabel").FirstOrDefault(element => (string?)element.Attribute("type") == "static")?.Element("label")?.Value.Trim();
        return label is null || (Encoding.UTF8.GetByteCount(label) is > 0 and <= MeasurementLimits.MaxNameBytes && TextRules.IndexOfForbidden(label) < 0)
            ? label
            : throw Wrong("the label is empty, too long, or has characters that do not show");
    }

    private static IEnumerable<DiskDefinition> Disks(XElement domain, bool measureWritable)
    {
        foreach (var disk in domain.Element("devices")?.Elements("disk") ?? [])
        {
            var name = (string?)disk.Element("target")?.Attribute("dev") ?? throw Wrong("a <disk> has no target");
            if (name.Length is 0 or > 64 || TextRules.IndexOfForbidden(name) >= 0)
            {
                throw Wrong("a <disk> has a target that cannot be shown");
            }

            var source = disk.Element("source");
            var isDrive = (string?)disk.Attribute("device") is "cdrom" or "floppy";
            var path = (string?)disk.Attribute("type") switch
            {
                "file" or null => (string?)source?.Attribute("file"),
                "block" => (string?)source?.Attribute("dev"),
                var type => throw Wrong($"the disk {name} is of the type '{TextRules.Escape(type)}'; only files and block devices of this host can be measured"),
            };
            if (path is null)
            {
                // An empty drive.
                continue;
            }

            var isReadOnly = disk.Element("readonly") is not null || isDrive;
            yield return new DiskDefinition(name, Whole(path, $"the disk {name}"), isReadOnly)
            {
                Format = (string?)disk.Element("driver")?.Attribute("type") ?? "raw",
                IsVmsOwn = !isReadOnly && !measureWritable,
            };
        }
    }

    private static string? File(XElement? element) => element is null ? null : Whole(element.Value.Trim(), $"<{element.Name.LocalName}>");

    private static string Whole(string path, string what) =>
        path.StartsWith('/') && path.Length <= MaxPath && TextRules.IndexOfForbidden(path) < 0 && Path.GetFullPath(path) == path
            ? path
            : throw Wrong($"{what}: '{TextRules.Escape(path.AsSpan(0, Math.Min(path.Length, 80)))}' is not a whole path");

    private static string Text(XElement domain, string name, int max) =>
        domain.Element(name)?.Value.Trim() is { Length: > 0 } text && text.Length <= max && TextRules.IndexOfForbidden(text) < 0
            ? text
            : throw Wrong($"<{name}> is missing, longer than {max} characters, or has some that do not show");

    private static AgentException Wrong(string problem, Exception? e = null) => new(ExitCode.Usage, "domain XML: " + problem, e);

    /// <summary>The namespace of <c>label</c> in a domain's metadata.</summary>
    public const string Namespace = "urn:shype:attest:1";

    /// <summary>Bytes of a definition: real ones have tens of KiB.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const int MaxDepth = 32;
    private const int MaxPath = 4096;
}
