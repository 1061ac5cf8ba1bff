using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Tpm.Client;

/// <summary>TPM_SE_HMAC: proves the auth value of a handle without telling it.</summary>
public sealed class HmacSession : KeyedSession
{
    private readonly TpmName? _bound;

    internal HmacSession(TpmClient client, SessionOptions options, SessionStart start)
        : base(client, options, start) => _bound = start.Bound;

    // Part 1, 19.6.8: the auth value of the entity that the session is bound to is in the session key already. An NV index gets another name when it is first
    // written, and from then on is another entity.
    private protected override bool KeysHmacWithAuthOf(TpmName name) => !name.Equals(_bound);

    private protected override bool MayLeaveOutHmac => false;
}
