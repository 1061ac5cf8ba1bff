using System.Text;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.OpenSsl;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace Shype.Attest.TpmSim.Manufacturing;

/// <summary>One authority: its certificate and its key.</summary>
internal sealed record Authority(X509Certificate Certificate, ECPrivateKeyParameters Key);

/// <summary>The folder of a certificate authority: two certificates, and two keys that only the owner may read.</summary>
internal sealed class AuthorityFiles(string folder)
{
    public string Root { get; } = Path.Combine(folder, "root.pem");

    public string RootKey { get; } = Path.Combine(folder, "root.key");

    public string Intermediate { get; } = Path.Combine(folder, "intermediate.pem");

    public string IntermediateKey { get; } = Path.Combine(folder, "intermediate.key");

    /// <summary>Copies of what was issued, named by serial number.</summary>
    public string Issued { get; } = Path.Combine(folder, "issued");

    public bool IsEmpty => !All.Any(File.Exists);

    /// <summary>Makes the folder, and holds it against another that would make an authority in it.</summary>
    public FileStream Take()
    {
        try
        {
            Directory.CreateDirectory(folder, OwnerFolder);
            Directory.CreateDirectory(Issued, OwnerFolder);
            return new FileStream(Path.Combine(folder, "ca.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new SimulatorException($"{folder} cannot be the folder of a certificate authority: {refused.Message}", refused);
        }
    }

    public (Authority Root, Authority Intermediate) Load()
    {
        if (All.FirstOrDefault(file => !File.Exists(file)) is { } missing)
        {
            throw new SimulatorException($"the certificate authority in {folder} is incomplete: {missing} is missing; bring it back, or take an empty folder");
        }

        return (Load(Root, RootKey), Load(Intermediate, IntermediateKey));
    }

    // Keys first: a crash leaves a folder that is incomplete and says so.
    public void Store(Authority root, Authority intermediate)
    {
        AtomicFile.Write(RootKey, Pem(new Pkcs8Generator(root.Key)), AtomicFile.OwnerOnly);
        AtomicFile.Write(IntermediateKey, Pem(new Pkcs8Generator(intermediate.Key)), AtomicFile.OwnerOnly);
        AtomicFile.Write(Root, Pem(root.Certificate), AtomicFile.Readable);
        AtomicFile.Write(Intermediate, Pem(intermediate.Certificate), AtomicFile.Readable);
    }

    /// <summary>Keeps a copy of a certificate; false where its serial number was used before.</summary>
    public bool TryKeep(X509Certificate certificate)
    {
        var path = Path.Combine(Issued, Convert.ToHexStringLower(certificate.SerialNumber.ToByteArrayUnsigned()) + ".pem");
        try
        {
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            file.Write(Pem(certificate));
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    private IEnumerable<string> All => [Root, RootKey, Intermediate, IntermediateKey];

    private static Authority Load(string certificateFile, string keyFile)
    {
        if ((File.GetUnixFileMode(keyFile) & ~AtomicFile.OwnerOnly) != 0)
        {
            throw new SimulatorException($"{keyFile} is a private key that others may read: chmod 600 {keyFile}");
        }

        try
        {
            var certificate = new X509CertificateParser().ReadCertificate(File.ReadAllBytes(certificateFile))
                ?? throw new SimulatorException($"{certificateFile} holds no certificate");
            using var text = new StreamReader(keyFile);
            using var pem = new PemReader(text);
            var key = pem.ReadObject() as ECPrivateKeyParameters ?? throw new SimulatorException($"{keyFile} holds no private key of an elliptic curve");
            return certificate.GetPublicKey().Equals(key.Parameters is null ? null : new ECPublicKeyParameters(key.AlgorithmName, key.Parameters.G.Multiply(key.D), key.Parameters))
                ? new Authority(certificate, key)
                : throw new SimulatorException($"{keyFile} is not the key of {certificateFile}");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or GeneralSecurityException or FormatException or ArgumentException)
        {
            throw new SimulatorException($"the authority of {certificateFile} and {keyFile} cannot be read: {refused.Message}", refused);
        }
    }

    private static byte[] Pem(object value)
    {
        using var text = new StringWriter { NewLine = "\n" };
        using (var pem = new PemWriter(text))
        {
            pem.WriteObject(value);
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private const UnixFileMode OwnerFolder = AtomicFile.OwnerOnly | UnixFileMode.UserExecute;
}
