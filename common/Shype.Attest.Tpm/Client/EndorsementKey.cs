using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Tpm.Client;

/// <summary>The endorsement key: the TPM's identity, made anew from its seed whenever it is needed (TCG EK Credential Profile, 2.2).</summary>
public static class EndorsementKey
{
    /// <summary>Creates the key of a template of the profile, <see cref="KeyTemplates.EkRsa2048"/> or <see cref="KeyTemplates.EkEccP256"/>.</summary>
    public static LoadedObject Create(TpmClient client, PublicArea template) => LoadedObject.CreatePrimary(client, Handle.Endorsement, template);

    /// <summary>
    /// A policy session that authorises the use of an endorsement key: PolicyA of the profile demands the endorsement hierarchy's auth value, which is empty on
    /// most machines. The session is good for one command.
    /// </summary>
    public static PolicySession Authorize(TpmClient client, SessionOptions? options = null, TpmSession? endorsementAuth = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        var session = client.StartPolicySession(options);
        try
        {
            client.Execute(new PolicySecretCommand(Handle.Endorsement, session.Handle), endorsementAuth is null ? [] : [endorsementAuth]);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
