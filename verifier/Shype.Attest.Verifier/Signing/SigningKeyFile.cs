using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Signing;

/// <summary>Signing keys as files, from before they were in the database: PEM, mode 0600, named by the time when the key was made.</summary>
internal static class SigningKeyFile
{
    /// <summary>The keys of a folder, the oldest first.</summary>
    public static List<string> In(string folder) => !Directory.Exists(folder) ? [] : [.. Directory.EnumerateFiles(folder, "*" + Extension).Order(StringComparer.Ordinal)];

    /// <summary>Reads a key.</summary>
    public static ECDsa Read(string path)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(Encoding.ASCII.GetString(PrivateFile.Read(path)));
            // RFC 7518 3.4: ES256 is P-256 and nothing else.
            return key.ExportParameters(false).Curve.Oid.FriendlyName is "nistP256" or "ECDSA_P256"
                ? key
                : throw new SetupException($"{path}: signatures are made with P-256 keys, this one is another kind");
        }
        catch (Exception refused) when (refused is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new SetupException($"{path}: is no private key in PEM: {refused.Message}");
        }
    }

    /// <summary>When a key was made.</summary>
    public static DateTimeOffset MadeAt(string path) =>
        DateTimeOffset.TryParseExact(Path.GetFileNameWithoutExtension(path), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var made)
            ? made
            : throw new SetupException($"{path}: a signing key's name is the time when it was made, e.g. 20261125T160000Z{Extension}");

    private const string Extension = ".pem";
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
}
