using System.Buffers.Binary;

namespace Shype.Attest.TpmSim.Boot;

/// <summary>The smallest PE32+ image that is well-formed: stands for GRUB where no boot loader is given.</summary>
internal static class StandInLoader
{
    public static byte[] Image { get; } = Make();

    private static byte[] Make()
    {
        var image = new byte[2 * Alignment];
        "MZ"u8.CopyTo(image);
        Put32(image, 0x3c, PeAt);
        "PE\0\0"u8.CopyTo(image.AsSpan(PeAt));
        Put16(image, PeAt + 4, 0x8664);
        Put16(image, PeAt + 6, 1);
        Put16(image, PeAt + 20, OptionalBytes);
        Put16(image, PeAt + 22, 0x0022);

        const int optional = PeAt + 24;
        Put16(image, optional, 0x020b);
        Put32(image, optional + 4, Alignment);
        Put32(image, optional + 16, 0x1000);
        Put32(image, optional + 32, 0x1000);
        Put32(image, optional + 36, Alignment);
        Put32(image, optional + 56, 0x2000);
        Put32(image, optional + 60, Alignment);
        // IMAGE_SUBSYSTEM_EFI_APPLICATION, sixteen empty directories.
        Put16(image, optional + 68, 10);
        Put32(image, optional + 108, 16);

        const int section = optional + OptionalBytes;
        ".text"u8.CopyTo(image.AsSpan(section));
        Put32(image, section + 8, Alignment);
        Put32(image, section + 12, 0x1000);
        Put32(image, section + 16, Alignment);
        Put32(image, section + 20, Alignment);
        Put32(image, section + 36, 0x6000_0020);
        "Shype.Attest simulator: stands for GRUB"u8.CopyTo(image.AsSpan(Alignment));
        return image;
    }

    private static void Put16(byte[] image, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(at), value);

    private static void Put32(byte[] image, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(at), value);

    private const int PeAt = 0x40;
    private const int OptionalBytes = 240;
    private const int Alignment = 0x200;
}
