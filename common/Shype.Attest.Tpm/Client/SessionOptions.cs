using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Tpm.Client;

/// <summary>What an HMAC or policy session is started with. Without salt and bind its HMACs protect nothing against who can read the connection.</summary>
public sealed record SessionOptions
{
    /// <summary>The key that a secret salt is encrypted to; null for none.</summary>
    public SessionSalt? Salt { get; init; }

    /// <summary>The entity whose auth value goes into the session key; null for none.</summary>
    public SessionBind? Bind { get; init; }

    /// <summary>The session's hash.</summary>
    public AlgorithmId Hash { get; init; } = AlgorithmId.Sha256;

    /// <summary>Whether the first parameter of commands is encrypted where that can be.</summary>
    public bool EncryptCommands { get; init; }

    /// <summary>Whether the first parameter of responses is encrypted where that can be.</summary>
    public bool EncryptResponses { get; init; }
}

/// <summary>A loaded decryption key and its public area, which the caller knows to be the TPM's: salting to a key of somebody else tells them all.</summary>
public sealed record SessionSalt(Handle Key, PublicArea Public);

/// <summary>An entity and its auth value.</summary>
public sealed record SessionBind(Handle Handle, ReadOnlyMemory<byte> Auth);
