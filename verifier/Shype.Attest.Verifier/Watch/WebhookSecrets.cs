using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Shype.Attest.Verifier.Watch;

/// <summary>
/// The secrets that deliveries are signed with. They follow from a key of the verifier and a random salt, so that the database holds none; verifiers
/// on one database share the key, as they share the others.
/// </summary>
internal sealed class WebhookSecrets(byte[] key)
{
    /// <summary>Names the key, so that a verifier with another one does not sign with it.</summary>
    public string KeyId { get; } = Convert.ToHexStringLower(HMACSHA256.HashData(key, "shype webhook key id"u8))[..16];

    /// <summary>A new salt.</summary>
    public static byte[] NewSalt() => RandomNumberGenerator.GetBytes(16);

    /// <summary>The secret as its receiver keeps it: the form of the Standard Webhooks specification.</summary>
    public string Text(byte[] salt) => "whsec_" + Convert.ToBase64String(Secret(salt));

    /// <summary>The header <c>webhook-signature</c> of a delivery.</summary>
    public string Sign(byte[] salt, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{id}.{Timestamp(at)}."), .. body];
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(Secret(salt), signed));
    }

    /// <summary>The header <c>webhook-timestamp</c>.</summary>
    public static string Timestamp(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private byte[] Secret(byte[] salt) => HMACSHA256.HashData(key, (byte[])[.. "shype webhook secret"u8, .. salt]);
}
