using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_ContextLoad (TPM 2.0 Part 3, 28.3).</summary>
/// <param name="Context">What <see cref="ContextSaveCommand"/> returned.</param>
public sealed record ContextLoadCommand(SavedContext Context) : ITpmCommand<ContextLoadResponse>
{
    CommandCode ITpmCommand<ContextLoadResponse>.Code => CommandCode.ContextLoad;

    bool ITpmCommand<ContextLoadResponse>.ReturnsHandle => true;

    void ITpmCommand<ContextLoadResponse>.WriteParameters(ref TpmWriter writer) => Context.Write(ref writer);

    ContextLoadResponse ITpmCommand<ContextLoadResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(handle);
}

/// <summary>What <see cref="ContextLoadCommand"/> returns.</summary>
/// <param name="Handle">The object or session.</param>
public sealed record ContextLoadResponse(Handle Handle);
