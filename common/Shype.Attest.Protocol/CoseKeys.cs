using System.Formats.Cbor;
using System.Text;

namespace Shype.Attest.Protocol;

/// <summary>A key set for readers of CWT: COSE_KeySet (RFC 9052 7), the same keys as the JSON Web Key Set under the same ids.</summary>
public static class CoseKeys
{
    /// <summary>The set in CBOR.</summary>
    public static byte[] Write(JsonWebKeySet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(set.Keys.Count);
        foreach (var key in set.Keys)
        {
            // RFC 9053 7.1.1: kty EC2, alg ES256, crv P-256.
            writer.WriteStartMap(6);
            Number(1, 2);
            writer.WriteInt32(2);
            writer.WriteByteString(Encoding.UTF8.GetBytes(key.KeyId ?? key.Thumbprint()));
            Number(3, -7);
            Number(-1, 1);
            Bytes(-2, key.X);
            Bytes(-3, key.Y);
            writer.WriteEndMap();
        }

        writer.WriteEndArray();
        return writer.Encode();

        void Number(int label, int value)
        {
            writer.WriteInt32(label);
            writer.WriteInt32(value);
        }

        void Bytes(int label, string? text)
        {
            writer.WriteInt32(label);
            writer.WriteByteString(Base64UrlText.TryDecode(text, out var bytes) ? bytes : []);
        }
    }
}
