using System.Buffers.Binary;
using System.Text;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.TpmSim.Manufacturing;

/// <summary>What is done to a new chip through its command interface, with the platform's authorisation, which is still empty.</summary>
internal sealed class AssemblyLine(TpmClient tpm)
{
    public ChipIdentity ReadIdentity()
    {
        var model = new byte[4 * sizeof(uint)];
        for (var i = 0u; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(model.AsSpan((int)i * sizeof(uint)), Property(TpmProperty.VendorString1 + (int)i));
        }

        return new ChipIdentity(
            Manufacturer: Property(TpmProperty.Manufacturer),
            // swtpm pads within: "SW  " " TPM".
            Model: string.Join(' ', Encoding.ASCII.GetString(model).TrimEnd('\0').Split(' ', StringSplitOptions.RemoveEmptyEntries)),
            FirmwareVersion: Property(TpmProperty.FirmwareVersion1),
            SpecificationLevel: Property(Level),
            SpecificationRevision: Property(Revision));
    }

    /// <summary>The certificate that is there already.</summary>
    public bool IsCertified => Capabilities.Has(tpm, Handle.EkRsaCertificateIndex) || Capabilities.Has(tpm, Handle.EkEccCertificateIndex);

    /// <summary>The endorsement key of a template: a SubjectPublicKeyInfo.</summary>
    public byte[] CreateKey(PublicArea template)
    {
        using var key = EndorsementKey.Create(tpm, template);
        return PublicKeys.ToSubjectPublicKeyInfo(key.Public);
    }

    /// <summary>Stores a certificate as makers of chips do: written by the platform, read by owner and everybody, no dictionary lockout.</summary>
    public void Store(Handle index, byte[] certificate)
    {
        tpm.Execute(new NvDefineSpaceCommand(Handle.Platform, new NvPublic(index, AlgorithmId.Sha256, CertificateIndex, [], (ushort)certificate.Length), []));
        var piece = (int)(Capabilities.Property(tpm, TpmProperty.NvBufferMax) ?? SmallestPiece);
        for (var at = 0; at < certificate.Length; at += piece)
        {
            tpm.Execute(new NvWriteCommand(Handle.Platform, index, certificate[at..Math.Min(at + piece, certificate.Length)], (ushort)at));
        }
    }

    /// <summary>Makes these the active banks, from the next reset on.</summary>
    public void Allocate(IReadOnlyList<AlgorithmId> banks)
    {
        var allocation = (PcrAllocation)tpm.Execute(new GetCapabilityCommand(Capability.Pcrs, 0, 1)).Data;
        var supported = allocation.Banks.Selections.Select(selection => selection.Bank).ToArray();
        if (banks.Except(supported).ToArray() is [var unknown, ..])
        {
            throw new SimulatorException($"this TPM has no {unknown.ToText()} bank: take some of {string.Join(", ", supported.Select(bank => bank.ToText()))}");
        }

        var answer = tpm.Execute(new PcrAllocateCommand(new PcrSelectionList([.. supported.Select(bank => new PcrSelection(bank, banks.Contains(bank) ? AllPcrs : 0))])));
        if (!answer.Succeeded)
        {
            throw new SimulatorException($"these banks need {answer.SizeNeeded} bytes, the TPM has {answer.SizeAvailable}: take fewer");
        }
    }

    private uint Property(TpmProperty property) => Capabilities.Property(tpm, property) ?? 0;

    // 0x62072001 once written, as on chips.
    private const NvAttributes CertificateIndex = NvAttributes.PlatformWrite | NvAttributes.WriteDefine
        | NvAttributes.PlatformRead | NvAttributes.OwnerRead | NvAttributes.AuthRead | NvAttributes.NoDa | NvAttributes.PlatformCreate;

    // TPM_PT_LEVEL, TPM_PT_REVISION.
    private const TpmProperty Level = (TpmProperty)0x101;
    private const TpmProperty Revision = (TpmProperty)0x102;
    private const uint AllPcrs = 0xff_ffff;
    private const uint SmallestPiece = 64;
}
