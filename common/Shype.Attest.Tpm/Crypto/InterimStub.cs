using System.Security.Cryptography;
using Shype.Attest.Tpm.Types;
#pragma warning disable
namespace Shype.Attest.Tpm.Crypto;
public static class Kdf
{
    public static byte[] KdfA(AlgorithmId hash, ReadOnlySpan<byte> key, string label, ReadOnlySpan<byte> u, ReadOnlySpan<byte> v, int bits)
    {
        var outp = new List<byte>();
        for (uint i = 1; outp.Count < bits / 8; i++)
        {
            using var h = IncrementalHash.CreateHMAC(hash.ToHashAlgorithmName(), key);
            h.AppendData([(byte)(i>>24),(byte)(i>>16),(byte)(i>>8),(byte)i]);
            h.AppendData(System.Text.Encoding.ASCII.GetBytes(label + "\0"));
            h.AppendData(u); h.AppendData(v);
            h.AppendData([(byte)(bits>>24),(byte)(bits>>16),(byte)(bits>>8),(byte)bits]);
            outp.AddRange(h.GetHashAndReset());
        }
        return outp.Take(bits/8).ToArray();
    }
}
public static class AesCfb
{
    public static void Encrypt(byte[] key, byte[] iv, Span<byte> data) { using var a = Aes.Create(); a.Key = key; var r = a.EncryptCfb(data.ToArray(), iv, PaddingMode.None, 128); r.CopyTo(data); }
    public static void Decrypt(byte[] key, byte[] iv, Span<byte> data) { using var a = Aes.Create(); a.Key = key; var r = a.DecryptCfb(data.ToArray(), iv, PaddingMode.None, 128); r.CopyTo(data); }
}
public static class CredentialMaker { }
public static class SecretSharing { public static (byte[] Secret, byte[] Encrypted) Make(PublicArea key, string label) => throw new NotImplementedException(); }
