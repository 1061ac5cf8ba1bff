using System.Security.Cryptography;
using System.Text;
using System.Xml;

namespace Shype.Attest.Isolation.Acm;

/// <summary>
/// The SHA-1 by which Xen's tools knew a policy file: over the file as Python's minidom prints it, which is the file itself only where
/// those tools wrote it. An identifier in old binary policies; nothing here believes anything because of it.
/// </summary>
public static class XmlPolicyHash
{
    /// <summary>Over the document as xend prints it, for a file that <see cref="AcmXml"/> has read. 20 bytes.</summary>
    /// <exception cref="ArgumentException">It is not XML, or has a document type.</exception>
    public static byte[] OfDocument(ReadOnlySpan<byte> utf8)
    {
        // As text, so that a declared encoding cannot make another document of what was read as UTF-8.
        using var reader = XmlReader.Create(new StringReader(Encoding.UTF8.GetString(utf8).TrimStart('\uFEFF')), new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = AcmLimits.MaxFileBytes,
        });
        try
        {
            return OfFile(Encoding.UTF8.GetBytes(Print(reader)));
        }
        catch (XmlException bad)
        {
            throw new ArgumentException("the policy is not XML", nameof(utf8), bad);
        }
    }

    /// <summary>Over the bytes of the file. 20 bytes.</summary>
    public static byte[] OfFile(ReadOnlySpan<byte> file)
    {
        // The format has SHA-1 here; what is believed is the SHA-256 of the canonical form.
#pragma warning disable RS0030, CA5350
        return SHA1.HashData(file);
#pragma warning restore RS0030, CA5350
    }

    // xml.dom.minidom's toxml(): one form of declaration, attributes in order of their names, nothing between the root and what stands beside it.
    private static string Print(XmlReader reader)
    {
        var text = new StringBuilder("<?xml version=\"1.0\" ?>");
        var startIsOpen = false;
        while (reader.Read())
        {
            if (reader.NodeType is XmlNodeType.XmlDeclaration || (reader.Depth == 0 && reader.NodeType is XmlNodeType.Whitespace))
            {
                continue;
            }

            if (reader.NodeType == XmlNodeType.EndElement && startIsOpen)
            {
                text.Append("/>");
                startIsOpen = false;
                continue;
            }

            text.Append(startIsOpen ? ">" : "");
            startIsOpen = false;
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    startIsOpen = !reader.IsEmptyElement;
                    PrintStart(reader, text);
                    break;
                case XmlNodeType.EndElement:
                    text.Append("</").Append(reader.Name).Append('>');
                    break;
                case XmlNodeType.Comment:
                    text.Append("<!--").Append(reader.Value).Append("-->");
                    break;
                case XmlNodeType.CDATA:
                    text.Append("<![CDATA[").Append(reader.Value).Append("]]>");
                    break;
                case XmlNodeType.ProcessingInstruction:
                    text.Append("<?").Append(reader.Name).Append(' ').Append(reader.Value).Append("?>");
                    break;
                default:
                    Escaped(reader.Value, text);
                    break;
            }
        }

        return text.ToString();
    }

    private static void PrintStart(XmlReader reader, StringBuilder text)
    {
        var isEmpty = reader.IsEmptyElement;
        text.Append('<').Append(reader.Name);
        var attributes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (reader.MoveToNextAttribute())
        {
            attributes[reader.Name] = reader.Value;
        }

        foreach (var (name, value) in attributes)
        {
            text.Append(' ').Append(name).Append("=\"");
            Escaped(value, text);
            text.Append('"');
        }

        text.Append(isEmpty ? "/>" : "");
        reader.MoveToElement();
    }

    private static void Escaped(string value, StringBuilder text) =>
        text.Append(value.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace("\"", "&quot;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal));
}
