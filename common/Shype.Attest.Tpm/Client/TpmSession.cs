using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Client;

/// <summary>
/// What authorises a command's handle: a password, an HMAC session or a policy session (TPM 2.0 Part 1, 19). Given beyond the handles, a session protects the
/// command and encrypts parameters.
/// </summary>
public abstract class TpmSession
{
    private protected TpmSession()
    {
    }

    /// <summary>The auth value of the handle in clear: anybody between here and the TPM can read it.</summary>
    public static TpmSession Password(ReadOnlySpan<byte> auth) => new PasswordSession(AuthValues.Trim(auth));

    /// <summary>The session's handle.</summary>
    public abstract Handle Handle { get; }

    /// <summary>Whether it encrypts the command's first parameter where that can be.</summary>
    internal virtual bool EncryptsCommand => false;

    /// <summary>Whether it has the TPM encrypt the response's first parameter where that can be.</summary>
    internal virtual bool EncryptsResponse => false;

    /// <summary>Whether its HMAC covers the names of the command's handles.</summary>
    internal virtual bool CoversNames => false;

    /// <summary>Before each command: a fresh nonce.</summary>
    internal virtual void Begin()
    {
    }

    /// <summary>Writes its TPMS_AUTH_COMMAND.</summary>
    internal abstract void Authorize(ref TpmWriter writer, in SessionUse use, in CommandContent content);

    /// <summary>Reads its TPMS_AUTH_RESPONSE and checks it; false where its HMAC is wrong.</summary>
    internal abstract bool Check(ref TpmReader reader, in SessionUse use, in ResponseContent content);

    /// <summary>Encrypts a command's first parameter in place.</summary>
    internal virtual void EncryptCommand(Span<byte> parameter, in SessionUse use) => throw new InvalidOperationException();

    /// <summary>Decrypts a response's first parameter in place.</summary>
    internal virtual void DecryptResponse(Span<byte> parameter, in SessionUse use) => throw new InvalidOperationException();
}

/// <summary>What one session does in one command.</summary>
/// <param name="Authorizes">The name of the entity whose handle it authorises; null where it only protects.</param>
/// <param name="Attributes">TPMA_SESSION for this command.</param>
/// <param name="OtherNonces">For the first session: nonceTPM of the sessions that encrypt, where those are others (Part 1, 19.6.5).</param>
internal readonly record struct SessionUse(TpmName? Authorizes, SessionAttributes Attributes, byte[] OtherNonces);

/// <summary>TPMA_SESSION (TPM 2.0 Part 2, 8.4).</summary>
[Flags]
internal enum SessionAttributes : byte
{
    None = 0,
    ContinueSession = 0x01,
    Decrypt = 0x20,
    Encrypt = 0x40,
}
