using System.Security.Cryptography;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.TpmSim.Emulation;
using Shype.Attest.TpmSim.Manufacturing;

namespace Shype.Attest.TpmSim;

/// <summary>Makes TPMs as a chip's maker does: endorsement keys, and in NV their certificates by the maker's authority.</summary>
public static class Manufacturer
{
    /// <summary>The PCR banks of a TPM for which nothing else is said.</summary>
    public static IReadOnlyList<AlgorithmId> DefaultBanks { get; } = [AlgorithmId.Sha256, AlgorithmId.Sha384];

    /// <summary>Makes a TPM in a folder, and leaves it powered off.</summary>
    /// <param name="tpm">The emulator and its folder, in which there is no manufactured TPM yet.</param>
    /// <param name="authority">Who certifies it.</param>
    /// <param name="serial">The chip's serial number in hex, up to 16 bytes; null for a random one. The certificates' serial numbers are made of it.</param>
    /// <param name="banks">The active PCR banks; null for <see cref="DefaultBanks"/>.</param>
    public static ManufacturedTpm Manufacture(EmulatorOptions tpm, CertificateAuthority authority, string? serial = null, IReadOnlyList<AlgorithmId>? banks = null)
    {
        ArgumentNullException.ThrowIfNull(authority);
        var serialBytes = serial is null ? RandomNumberGenerator.GetBytes(RandomSerialBytes) : ParseSerial(serial);
        using var emulator = Emulator.Start(tpm);
        var made = Assemble(emulator, authority, serialBytes, banks ?? DefaultBanks);
        // The banks change with a reset.
        emulator.Reboot();
        OrderlyShutdown.Say(emulator);
        return made;
    }

    private static ManufacturedTpm Assemble(Emulator emulator, CertificateAuthority authority, byte[] serial, IReadOnlyList<AlgorithmId> banks)
    {
        using var client = new TpmClient(TpmConnection.Open(emulator.Address));
        var line = new AssemblyLine(client);
        if (line.IsCertified)
        {
            throw new SimulatorException($"the TPM in {emulator.Folder} is manufactured already: use it, or take another folder");
        }

        line.Allocate(banks);
        var identity = line.ReadIdentity();
        var rsa = authority.IssueEk(line.CreateKey(KeyTemplates.EkRsa2048), identity, (byte[])[.. serial, RsaKey]);
        var ecc = authority.IssueEk(line.CreateKey(KeyTemplates.EkEccP256), identity, (byte[])[.. serial, EccKey]);
        line.Store(Handle.EkRsaCertificateIndex, rsa);
        line.Store(Handle.EkEccCertificateIndex, ecc);
        return new ManufacturedTpm(emulator.Folder, Convert.ToHexStringLower(serial), identity, rsa, ecc);
    }

    private static byte[] ParseSerial(string serial)
    {
        var bytes = new byte[serial.Length / 2];
        return serial.Length is > 0 and <= 2 * MaxSerialBytes
            && Convert.FromHexString(serial, bytes, out _, out var written) == System.Buffers.OperationStatus.Done && 2 * written == serial.Length
            ? bytes
            : throw new SimulatorException($"'{serial}' is not a serial number: write 1 to {MaxSerialBytes} bytes in hex");
    }

    private const int RandomSerialBytes = 8;
    private const int MaxSerialBytes = 16;
    private const byte RsaKey = 1;
    private const byte EccKey = 2;
}
