using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_PCR_Read (TPM 2.0 Part 3, 22.4). Returns the first few of what is selected; <see cref="PcrBanks"/> reads all.</summary>
/// <param name="Pcrs">What to read.</param>
public sealed record PcrReadCommand(PcrSelectionList Pcrs) : ITpmCommand<PcrReadResponse>
{
    CommandCode ITpmCommand<PcrReadResponse>.Code => CommandCode.PcrRead;

    void ITpmCommand<PcrReadResponse>.WriteParameters(ref TpmWriter writer) => Pcrs.Write(ref writer);

    PcrReadResponse ITpmCommand<PcrReadResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(parameters.ReadUInt32("pcrUpdateCounter"), PcrSelectionList.Read(ref parameters), DigestList.Read(ref parameters));
}

/// <summary>What <see cref="PcrReadCommand"/> returns.</summary>
/// <param name="UpdateCounter">Rises with every change of a PCR.</param>
/// <param name="Pcrs">What was read.</param>
/// <param name="Values">Its values, in the order of the selections and ascending in each.</param>
public sealed record PcrReadResponse(uint UpdateCounter, PcrSelectionList Pcrs, DigestList Values);
