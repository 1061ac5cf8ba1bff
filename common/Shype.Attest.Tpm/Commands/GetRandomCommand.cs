using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_GetRandom (TPM 2.0 Part 3, 16.1). A TPM returns at most a digest's size at once.</summary>
/// <param name="Bytes">How many are asked for.</param>
public sealed record GetRandomCommand(ushort Bytes) : ITpmCommand<GetRandomResponse>
{
    CommandCode ITpmCommand<GetRandomResponse>.Code => CommandCode.GetRandom;

    bool ITpmCommand<GetRandomResponse>.ReturnsSized => true;

    void ITpmCommand<GetRandomResponse>.WriteParameters(ref TpmWriter writer) => writer.WriteUInt16(Bytes);

    GetRandomResponse ITpmCommand<GetRandomResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(parameters.ReadDigest("randomBytes"));
}

/// <summary>What <see cref="GetRandomCommand"/> returns.</summary>
/// <param name="Random">As many as were asked for, or as many as fit in a digest.</param>
public sealed record GetRandomResponse(byte[] Random);
