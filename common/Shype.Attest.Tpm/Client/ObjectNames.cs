using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Tpm.Client;

/// <summary>
/// Names of the objects that a client works with, since sessions cover names, not handles: who changes a handle on its way is found out. A name is learnt where
/// the object was made or loaded here; only for others the TPM is asked.
/// </summary>
internal sealed class ObjectNames
{
    private readonly Dictionary<Handle, TpmName> _known = [];

    public TpmName[] Of(IReadOnlyList<Handle> handles, TpmClient client)
    {
        var names = new TpmName[handles.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = Of(handles[i], client);
        }

        return names;
    }

    /// <summary>Keeps what a command that succeeded says about names.</summary>
    public void Learn<TResponse>(ITpmCommand<TResponse> command, TResponse response)
    {
        switch (command)
        {
            case FlushContextCommand flushed:
                _known.Remove(flushed.Flushed);
                break;
            case EvictControlCommand evicted:
                _known.Remove(evicted.Persistent);
                break;
            case ClearCommand or StartupCommand:
                _known.Clear();
                break;
        }

        if (response is INamedObject named)
        {
            _known[named.Handle] = named.Name;
        }
    }

    // An index's name changes when it is first written or locked, so that of an index is never kept.
    private TpmName Of(Handle handle, TpmClient client) => handle switch
    {
        { IsNvIndex: true } => client.Execute(new NvReadPublicCommand(handle)).Name,
        { IsTransient: false, IsPersistent: false } => TpmName.OfHandle(handle),
        _ when _known.TryGetValue(handle, out var name) => name,
        _ => client.Execute(new ReadPublicCommand(handle)).Name,
    };
}

/// <summary>A response that tells the name of a loaded object.</summary>
internal interface INamedObject
{
    Handle Handle { get; }

    TpmName Name { get; }
}
