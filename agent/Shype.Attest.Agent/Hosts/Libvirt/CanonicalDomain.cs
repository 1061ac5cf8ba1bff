using System.Text;
using System.Xml.Linq;

namespace Shype.Attest.Agent.Hosts.Libvirt;

/// <summary>
/// A domain's definition without what libvirt makes up anew for each start, in one spelling: one line for each element and attribute, in the order of the
/// document, attributes by name. Two starts of one VM give one text; whatever else an administrator changes gives another.
/// </summary>
internal static class CanonicalDomain
{
    public static string Of(XElement domain)
    {
        var text = new StringBuilder("shype-domain 1\n");
        Write(domain, "", text);
        return text.ToString();
    }

    private static void Write(XElement element, string parent, StringBuilder text)
    {
        var path = parent.Length == 0 ? Name(element.Name) : $"{parent}/{Name(element.Name)}";
        if (IsMadeUp(element, path))
        {
            return;
        }

        text.Append(path).Append('\n');
        foreach (var attribute in element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration && !IsMadeUp(attribute, path)).OrderBy(attribute => Name(attribute.Name), StringComparer.Ordinal))
        {
            text.Append(path).Append('@').Append(Name(attribute.Name)).Append('=').Append(Escape(attribute.Value)).Append('\n');
        }

        if (!element.HasElements && element.Value.Trim() is { Length: > 0 } value)
        {
            text.Append(path).Append('=').Append(Escape(value)).Append('\n');
        }

        foreach (var child in element.Elements())
        {
            Write(child, path, text);
        }
    }

    // Names of devices, labels of a security driver, ends of connections, and the chain of backing files, which is measured itself.
    private static bool IsMadeUp(XElement element, string path) =>
        path is "domain/seclabel" ? (string?)element.Attribute("type") != "static"
        : element.Name.LocalName is "alias" or "backingStore" or "mirror"
        || path is "domain/devices/interface/target" or "domain/devices/graphics/listen"
        || (path is "domain/devices/channel/source" or "domain/devices/console/source" or "domain/devices/serial/source" or "domain/devices/console/target/source");

    private static bool IsMadeUp(XAttribute attribute, string path) => (path, attribute.Name.LocalName) is
        ("domain", "id") or ("domain/devices/disk/source", "index") or ("domain/devices/console", "tty")
        or ("domain/devices/graphics", "port" or "tlsPort" or "websocket") or ("domain/devices/interface/mac", "type");

    private static string Name(XName name) => name.NamespaceName.Length == 0 ? name.LocalName : $"{{{name.NamespaceName}}}{name.LocalName}";

    private static string Escape(string value) => value.Trim().Replace("\\", "\\\\", StringComparison.Ordinal).ReplaceLineEndings("\\n");
}
