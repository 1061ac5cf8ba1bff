using System.Security.Cryptography;
using System.Text;

namespace Shype.Attest.TpmSim.Boot;

/// <summary>What Linux tells in <c>/proc/sys/kernel/random/boot_id</c>: a random UUID (version 4) that every boot has anew.</summary>
internal static class BootId
{
    public static string Fresh()
    {
        var bytes = RandomNumberGenerator.GetBytes(16);
        bytes[6] = (byte)(0x40 | (bytes[6] & 0x0f));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

    public static void Write(string path, string id) => AtomicFile.Write(path, Encoding.ASCII.GetBytes(id + "\n"), AtomicFile.Readable);
}
