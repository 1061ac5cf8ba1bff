using System.Globalization;
using System.Security.Cryptography;

namespace Shype.Attest.Appraisal.Trust;

/// <summary>The certificates of <c>Trust/Vendors</c>, in the order of their index. They are part of the program, so that it works without a network.</summary>
public static class VendorCertificates
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<VendorCertificate> All { get; } = [.. Resource("index.tsv").Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(Read)];

    private static VendorCertificate Read(string line)
    {
        if (line.Split('\t') is not [var id, var vendor, var use, var standard, var tpms, var subject, var digest, var from, var to, var origin, var terms, var note])
        {
            throw new InvalidDataException($"index.tsv: not twelve columns: {line}");
        }

        var pem = Resource(id + ".pem").AsSpan();
        var certificate = Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data].ToString());
        return new VendorCertificate(
            id, vendor, use == "anchor", standard == "on", tpms == "virtual", subject, digest, Day(from), Day(to), origin, terms, note, certificate);
    }

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(VendorCertificates).Assembly.GetManifestResourceStream("vendors/" + name)
            ?? throw new InvalidDataException($"{name} is not part of this program"));
        return reader.ReadToEnd();
    }
}
