using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Commands;

/// <summary>TPM2_ContextSave (TPM 2.0 Part 3, 28.2): an object's state, encrypted for this TPM and this run of it.</summary>
/// <param name="Saved">A transient object or session.</param>
public sealed record ContextSaveCommand(Handle Saved) : ITpmCommand<ContextSaveResponse>
{
    CommandCode ITpmCommand<ContextSaveResponse>.Code => CommandCode.ContextSave;

    IReadOnlyList<Handle> ITpmCommand<ContextSaveResponse>.HandleArea => [Saved];

    void ITpmCommand<ContextSaveResponse>.WriteParameters(ref TpmWriter writer)
    {
    }

    ContextSaveResponse ITpmCommand<ContextSaveResponse>.ReadResponse(Handle handle, ref TpmReader parameters) => new(SavedContext.Read(ref parameters));
}

/// <summary>What <see cref="ContextSaveCommand"/> returns.</summary>
/// <param name="Context">What <see cref="ContextLoadCommand"/> takes.</param>
public sealed record ContextSaveResponse(SavedContext Context);
