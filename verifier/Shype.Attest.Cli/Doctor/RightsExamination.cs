using System.Net;
using Shype.Attest.Cli.Api;
using Shype.Attest.Protocol.Checks;

namespace Shype.Attest.Cli.Doctor;

/// <summary>What an access token is good for, found out by what it may read: nothing is changed.</summary>
internal sealed class RightsExamination(VerifierApi api)
{
    /// <summary>Whether it may look at hosts; known after <see cref="TokenAsync"/>.</summary>
    public bool MayLook { get; private set; }

    /// <summary>Whether the verifier knows the token, and its role.</summary>
    public async Task<Check> TokenAsync(CancellationToken cancellationToken)
    {
        var looking = await api.LookAsync("v1/hosts", cancellationToken);
        MayLook = looking.Status == HttpStatusCode.OK;
        return looking.Status switch
        {
            HttpStatusCode.OK => Check.Ok("token", $"the token is {await RoleAsync(cancellationToken)}'s"),
            HttpStatusCode.Forbidden => Check.Ok("token", "the token is a relying party's: it asks for verdicts and administers nothing"),
            HttpStatusCode.Unauthorized => Check.Wrong("token", "the verifier does not know this token", "It was removed or has expired, or is another verifier's: have an administrator make one (shype token add)."),
            var status => Check.Wrong("token", $"the verifier answered {(int)status}", "Look at its log."),
        };
    }

    private async Task<string> RoleAsync(CancellationToken cancellationToken)
    {
        if ((await api.LookAsync("v1/tokens", cancellationToken)).Status == HttpStatusCode.OK)
        {
            return "an admin";
        }

        // Of a host that there need not be: an operator learns that, a viewer may not ask.
        return (await api.LookAsync("v1/hosts/doctor/bundle", cancellationToken)).Status == HttpStatusCode.Forbidden ? "a viewer" : "an operator";
    }
}
