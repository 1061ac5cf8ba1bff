using System.Buffers;
using System.Buffers.Binary;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.EventLogs;

/// <summary>Writes a crypto-agile log as firmware does: a Spec ID event, then TCG_PCR_EVENT2s. Returns what has to be extended.</summary>
public sealed class TcgEventLogWriter
{
    private readonly ArrayBufferWriter<byte> _log = new();
    private readonly AlgorithmId[] _banks;

    /// <summary>A log for these banks.</summary>
    public TcgEventLogWriter(params IReadOnlyList<AlgorithmId> banks)
    {
        ArgumentNullException.ThrowIfNull(banks);
        _banks = [.. banks.Distinct()];
        if (_banks.Length != banks.Count || _banks.Length is 0 or > MeasurementLimits.MaxBanks || _banks.Any(bank => bank.DigestSize() == 0))
        {
            throw new ArgumentException($"1 to {MeasurementLimits.MaxBanks} known hashes, each once, are needed", nameof(banks));
        }

        WriteSpecId();
    }

    /// <summary>Adds an event whose digest is the hash of its data.</summary>
    /// <returns>What to extend, for each bank.</returns>
    public IReadOnlyList<BankDigest> Add(PcrIndex pcr, EventType type, ReadOnlySpan<byte> data) => Add(pcr, type, data, data);

    /// <summary>Adds an event whose digest is the hash of something else than its data: an image's bytes beside a device path.</summary>
    /// <returns>What to extend, for each bank.</returns>
    public IReadOnlyList<BankDigest> Add(PcrIndex pcr, EventType type, ReadOnlySpan<byte> data, ReadOnlySpan<byte> measured)
    {
        var digests = new BankDigest[_banks.Length];
        for (var i = 0; i < digests.Length; i++)
        {
            digests[i] = new BankDigest(_banks[i], _banks[i].Hash(measured));
        }

        WriteEvent(pcr, type, digests, data);
        return digests;
    }

    /// <summary>Adds an event whose digests were computed elsewhere: of an image too large to hold. One for each bank, in the banks' order.</summary>
    public void Add(PcrIndex pcr, EventType type, ReadOnlySpan<byte> data, IReadOnlyList<BankDigest> digests)
    {
        ArgumentNullException.ThrowIfNull(digests);
        if (!digests.Select(digest => digest.Algorithm).SequenceEqual(_banks) || digests.Any(digest => digest.Value.Length != digest.Algorithm.DigestSize()))
        {
            throw new ArgumentException("one digest of the right size is needed for each bank, in the banks' order", nameof(digests));
        }

        WriteEvent(pcr, type, [.. digests], data);
    }

    /// <summary>Says at which locality TPM2_Startup ran (PFP 1.05, 10.4.5.3): belongs before the first event of PCR 0. Not extended.</summary>
    public void AddStartupLocality(byte locality) => AddNoAction([.. StartupState.LocalitySignature, locality]);

    /// <summary>Adds an EV_NO_ACTION event for PCR 0, which is not extended.</summary>
    public void AddNoAction(ReadOnlySpan<byte> data) =>
        WriteEvent(new PcrIndex(0), EventType.NoAction, Array.ConvertAll(_banks, bank => new BankDigest(bank, new byte[bank.DigestSize()])), data);

    /// <summary>The log so far.</summary>
    public byte[] ToArray() => _log.WrittenSpan.ToArray();

    private void WriteSpecId()
    {
        UInt32(0);
        UInt32((uint)EventType.NoAction);
        _log.Write(new byte[20]);
        UInt32((uint)(SpecIdEvent.Signature.Length + 4 + 4 + 4 + (4 * _banks.Length) + 1));
        _log.Write(SpecIdEvent.Signature);
        UInt32(0);
        // specVersionMinor, specVersionMajor, specErrata (PFP 1.05), uintnSize of 64-bit firmware.
        _log.Write<byte>([0, 2, 105, 2]);
        UInt32((uint)_banks.Length);
        foreach (var bank in _banks)
        {
            UInt16((ushort)bank);
            UInt16((ushort)bank.DigestSize());
        }

        _log.Write<byte>([0]);
    }

    private void WriteEvent(PcrIndex pcr, EventType type, ReadOnlySpan<BankDigest> digests, ReadOnlySpan<byte> data)
    {
        if (data.Length > MeasurementLimits.MaxFirmwareEventBytes)
        {
            throw new ArgumentException(
                $"{data.Length} bytes, {MeasurementLimits.MaxFirmwareEventBytes} are allowed ({nameof(MeasurementLimits.MaxFirmwareEventBytes)})", nameof(data));
        }

        UInt32((uint)pcr.Value);
        UInt32((uint)type);
        UInt32((uint)digests.Length);
        foreach (var digest in digests)
        {
            UInt16((ushort)digest.Algorithm);
            _log.Write(digest.Value.Span);
        }

        UInt32((uint)data.Length);
        _log.Write(data);
    }

    private void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_log.GetSpan(2), value);
        _log.Advance(2);
    }

    private void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_log.GetSpan(4), value);
        _log.Advance(4);
    }
}
