using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Tpm.Client;

/// <summary>A key in the TPM: flushed when disposed of, unless it is persistent.</summary>
public sealed class LoadedObject : IDisposable
{
    private readonly TpmClient _client;
    private bool _isFlushed;

    private LoadedObject(TpmClient client, Handle handle, PublicArea area, TpmName name)
    {
        _client = client;
        Handle = handle;
        Public = area;
        Name = name;
    }

    /// <summary>Where it is loaded.</summary>
    public Handle Handle { get; }

    /// <summary>Its public area.</summary>
    public PublicArea Public { get; }

    /// <summary>Its name.</summary>
    public TpmName Name { get; }

    /// <summary>Creates a primary key.</summary>
    public static LoadedObject CreatePrimary(TpmClient client, Handle hierarchy, PublicArea template, params ReadOnlySpan<TpmSession> sessions)
    {
        ArgumentNullException.ThrowIfNull(client);
        var created = client.Execute(new CreatePrimaryCommand(hierarchy, template), sessions);
        return new LoadedObject(client, created.Handle, created.Public, created.Name);
    }

    /// <summary>Loads a key under its parent.</summary>
    public static LoadedObject Load(TpmClient client, Handle parent, byte[] privateArea, PublicArea publicArea, params ReadOnlySpan<TpmSession> sessions)
    {
        ArgumentNullException.ThrowIfNull(client);
        var loaded = client.Execute(new LoadCommand(parent, privateArea, publicArea), sessions);
        return new LoadedObject(client, loaded.Handle, publicArea, loaded.Name);
    }

    /// <summary>Loads the public part of a key.</summary>
    public static LoadedObject LoadExternal(TpmClient client, PublicArea publicArea)
    {
        ArgumentNullException.ThrowIfNull(client);
        var loaded = client.Execute(new LoadExternalCommand(publicArea, Handle.Null));
        return new LoadedObject(client, loaded.Handle, publicArea, loaded.Name);
    }

    /// <summary>Loads what <see cref="ContextSaveCommand"/> saved.</summary>
    public static LoadedObject LoadContext(TpmClient client, SavedContext context)
    {
        ArgumentNullException.ThrowIfNull(client);
        return Of(client, client.Execute(new ContextLoadCommand(context)).Handle);
    }

    /// <summary>A key that is there already.</summary>
    public static LoadedObject Of(TpmClient client, Handle handle)
    {
        ArgumentNullException.ThrowIfNull(client);
        var read = client.Execute(new ReadPublicCommand(handle));
        return new LoadedObject(client, handle, read.Public, read.Name);
    }

    /// <summary>Flushes it.</summary>
    public void Dispose()
    {
        if (_isFlushed || !Handle.IsTransient)
        {
            return;
        }

        _isFlushed = true;
        _client.TryFlush(Handle);
    }
}
