using System.Text;
using System.Xml;

namespace Shype.Attest.Isolation.Acm;

/// <summary>
/// Reads XML into a bounded tree of elements of the policy's namespace: no DTD, no entities, no other file, no recursion. Comments and
/// white space between elements are dropped; instructions are refused.
/// </summary>
internal sealed class AcmTree(ProblemList problems)
{
    private const string PolicyNamespace = "http://www.ibm.com";
    private const string NamespaceDeclarations = "http://www.w3.org/2000/xmlns/";
    private const string SchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";

    private readonly Stack<AcmElement> _open = [];
    private int _elements;

    /// <summary>The root element; null where there is none that can be looked at further.</summary>
    public AcmElement? Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > AcmLimits.MaxFileBytes)
        {
            problems.Add(0, 0, PolicyProblemCode.TooLarge, $"the policy has {utf8.Length} bytes; at most {AcmLimits.MaxFileBytes} are read");
            return null;
        }

        if (!TryDecode(utf8, out var text))
        {
            problems.Add(0, 0, PolicyProblemCode.NotUtf8, "the policy is not valid UTF-8; save it as UTF-8");
            return null;
        }

        using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = AcmLimits.MaxFileBytes,
        });
        try
        {
            return ReadNodes(reader);
        }
        catch (XmlException bad)
        {
            var doctype = text.Contains("<!DOCTYPE", StringComparison.Ordinal);
            problems.Add(
                bad.LineNumber,
                bad.LinePosition,
                doctype ? PolicyProblemCode.DoctypeForbidden : PolicyProblemCode.NotXml,
                doctype ? "a policy has no document type declaration; remove <!DOCTYPE ...>" : $"not XML: {WithoutPosition(bad)}");
            return null;
        }
    }

    private static bool TryDecode(ReadOnlySpan<byte> utf8, out string text)
    {
        ReadOnlySpan<byte> byteOrderMark = [0xEF, 0xBB, 0xBF];
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8.StartsWith(byteOrderMark) ? utf8[byteOrderMark.Length..] : utf8);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }

    private static string WithoutPosition(XmlException bad)
    {
        var end = bad.Message.LastIndexOf(" Line ", StringComparison.Ordinal);
        return (end < 0 ? bad.Message : bad.Message[..end]).TrimEnd('.');
    }

    /// <summary>Null as soon as a bound is passed: nothing is gained by reading on.</summary>
    private AcmElement? ReadNodes(XmlReader reader)
    {
        var at = (IXmlLineInfo)reader;
        AcmElement? root = null;
        while (reader.Read() && !problems.IsFull)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (Open(reader, at) is not { } element)
                    {
                        return null;
                    }

                    root ??= element;
                    break;
                case XmlNodeType.EndElement:
                    _open.Pop();
                    break;
                case XmlNodeType.Text or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    if (_open.TryPeek(out var parent))
                    {
                        parent.Text.Append(reader.Value);
                    }

                    break;
                case XmlNodeType.XmlDeclaration:
                    CheckEncoding(reader.GetAttribute("encoding"), at);
                    break;
                case XmlNodeType.ProcessingInstruction:
                    problems.Add(at.LineNumber, at.LinePosition, PolicyProblemCode.UnexpectedElement, "a policy has no processing instructions; remove it");
                    break;
                default:
                    if (_open.TryPeek(out var around))
                    {
                        around.HasOther = true;
                        around.Text.Append(reader.NodeType == XmlNodeType.CDATA ? reader.Value : "");
                    }

                    break;
            }
        }

        return root;
    }

    private AcmElement? Open(XmlReader reader, IXmlLineInfo at)
    {
        var element = new AcmElement(reader.LocalName, at.LineNumber, at.LinePosition);
        if (++_elements > AcmLimits.MaxElements)
        {
            problems.Add(element, PolicyProblemCode.TooMany, $"more than {AcmLimits.MaxElements} elements");
            return null;
        }

        if (_open.Count == AcmLimits.MaxDepth)
        {
            problems.Add(element, PolicyProblemCode.TooDeep, $"elements are nested deeper than {AcmLimits.MaxDepth}");
            return null;
        }

        if (reader.NamespaceURI != PolicyNamespace)
        {
            problems.Add(element, PolicyProblemCode.WrongNamespace, $"element {Quote.Name(reader.LocalName)} is not in the namespace {PolicyNamespace}; declare xmlns=\"{PolicyNamespace}\" on the root");
        }

        if (_open.TryPeek(out var parent))
        {
            parent.Children.Add(element);
        }

        var isEmpty = reader.IsEmptyElement;
        ReadAttributes(reader, element);
        if (!isEmpty)
        {
            _open.Push(element);
        }

        return element;
    }

    private void ReadAttributes(XmlReader reader, AcmElement element)
    {
        while (reader.MoveToNextAttribute())
        {
            var isRoot = _open.Count == 0;
            if (reader.NamespaceURI.Length == 0)
            {
                element.Attributes[reader.LocalName] = reader.Value;
            }
            else if (reader.NamespaceURI != NamespaceDeclarations && !(isRoot && reader.NamespaceURI == SchemaInstance && reader.LocalName == "schemaLocation"))
            {
                // xsi:schemaLocation is a hint that is not followed; xsi:type or xsi:nil would change what an element is.
                problems.Add(element, PolicyProblemCode.WrongNamespace, $"attribute {Quote.Name(reader.Name)} is not part of a policy; remove it");
            }
        }

        reader.MoveToElement();
    }

    private void CheckEncoding(string? encoding, IXmlLineInfo at)
    {
        if (encoding is not null && !encoding.Equals("utf-8", StringComparison.OrdinalIgnoreCase) && !encoding.Equals("us-ascii", StringComparison.OrdinalIgnoreCase))
        {
            // Another reader would believe the declaration and see other names than this one.
            problems.Add(at.LineNumber, at.LinePosition, PolicyProblemCode.NotUtf8, $"the policy says that it is in {Quote.Name(encoding)}; save it as UTF-8");
        }
    }
}
