using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Client;

/// <summary>TPM_RS_PW: the auth value itself (TPM 2.0 Part 1, 19.4).</summary>
internal sealed class PasswordSession(byte[] auth) : TpmSession
{
    public static PasswordSession Empty { get; } = new([]);

    public override Handle Handle => Handle.PasswordSession;

    internal override void Authorize(ref TpmWriter writer, in SessionUse use, in CommandContent content)
    {
        writer.WriteUInt32(Handle.Value);
        writer.WriteSized([]);
        writer.WriteByte((byte)SessionAttributes.None);
        writer.WriteSized(auth);
    }

    // Part 1, 19.4: the response has neither nonce nor HMAC; whether the session goes on means nothing.
    internal override bool Check(ref TpmReader reader, in SessionUse use, in ResponseContent content)
    {
        reader.ReadSized("nonce", 0);
        if (reader.ReadByte("sessionAttributes") is var attributes && attributes > (byte)SessionAttributes.ContinueSession)
        {
            throw reader.Refuse("sessionAttributes", $"is {attributes:x2}; a password has 00 or 01", sizeof(byte));
        }

        reader.ReadSized("hmac", 0);
        return true;
    }
}
