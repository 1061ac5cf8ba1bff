using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.TpmSim.Boot;

/// <summary>One thing that is measured at boot: what the log says of it, and what the PCR is extended with.</summary>
internal sealed record BootEvent(PcrIndex Pcr, EventType Type, byte[] Data, IReadOnlyList<BankDigest> Digests);

/// <summary>Makes events for a TPM's banks.</summary>
internal sealed class BootEvents(IReadOnlyList<AlgorithmId> banks)
{
    /// <summary>An event whose data is what is measured.</summary>
    public BootEvent Data(int pcr, EventType type, byte[] data) => Bytes(pcr, type, data, data);

    /// <summary>An event that measures bytes other than its data.</summary>
    public BootEvent Bytes(int pcr, EventType type, byte[] data, byte[] measured) =>
        new(new PcrIndex(pcr), type, data, [.. banks.Select(bank => new BankDigest(bank, bank.Hash(measured)))]);

    /// <summary>An event that measures a whole image.</summary>
    public BootEvent Whole(int pcr, EventType type, byte[] data, BootImage image) => new(new PcrIndex(pcr), type, data, image.Digest(banks));

    /// <summary>An event that measures a PE image as firmware does.</summary>
    public BootEvent Executable(int pcr, EventType type, byte[] data, BootImage image) => new(new PcrIndex(pcr), type, data, Authenticode.Digest(image, banks));
}
