using System.Security.Cryptography;
using System.Text;

namespace Shype.Attest.Cli.Files;

/// <summary>A private key's file, PEM: a secret, so it is refused where strangers can read or change it, and nothing of it stands in a message.</summary>
internal static class PrivateKeyFile
{
    /// <exception cref="CommandException">It cannot be read, others can read it too, or it holds no key.</exception>
    public static AsymmetricAlgorithm Read(string path)
    {
        var pem = new byte[MaxBytes];
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
            // Asked of the open file: the name may lead elsewhere a moment later.
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Strangers) != 0)
            {
                throw CommandException.Unusable($"{path}: others on this machine can read or change this key: chmod 600 {path}, and think about a new one");
            }

            var length = RandomAccess.Read(file, pem, 0);
            return Import(Encoding.Latin1.GetChars(pem, 0, length), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw CommandException.Unusable($"{path}: the key cannot be read: {e.Message}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
        }
    }

    private static AsymmetricAlgorithm Import(char[] pem, string path)
    {
        foreach (var key in (AsymmetricAlgorithm[])[ECDsa.Create(), RSA.Create()])
        {
            try
            {
                key.ImportFromPem(pem);
                return key;
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                key.Dispose();
            }
        }

        throw CommandException.Unusable($"{path}: a private key in PEM is needed, without a passphrase, elliptic curve or RSA");
    }

    private const UnixFileMode Strangers =
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private const int MaxBytes = 64 * 1024;
}
