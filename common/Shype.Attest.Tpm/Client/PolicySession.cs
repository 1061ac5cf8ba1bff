using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Tpm.Client;

/// <summary>TPM_SE_POLICY: authorises what its policy commands have met (TPM 2.0 Part 1, 19.7). Its handle goes into those commands.</summary>
public sealed class PolicySession : KeyedSession
{
    internal PolicySession(TpmClient client, SessionOptions options, SessionStart start)
        : base(client, options, start)
    {
    }

    // Only TPM2_PolicyAuthValue would add it.
    private protected override bool KeysHmacWithAuthOf(TpmName name) => false;

    // Part 1, 19.6.13: a policy session that is neither salted nor bound has nothing to key an HMAC with.
    private protected override bool MayLeaveOutHmac => true;
}
