using System.Security.Cryptography;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Wire;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Load;

/// <summary>Simulated hosts, each with a key, a boot and a log of its own, and its agent's token.</summary>
internal static class Fleet
{
    /// <summary>Makes the hosts and enrols them in the store, before a verifier runs on it: what is measured is what comes afterwards.</summary>
    public static async Task<IReadOnlyList<(VirtualHost Host, string Token)>> EnrolAsync(IAttestationStore store, int count, CancellationToken cancellationToken)
    {
        var hosts = new (VirtualHost Host, string Token)[count];
        await Parallel.ForAsync(0, count, cancellationToken, async (i, stop) =>
        {
            var ak = new VirtualAk(AkKind.EcdsaP256);
            var token = Base64UrlText.Encode(RandomNumberGenerator.GetBytes(32));
            var record = Record($"load-{i:d6}", ak, token);
            await store.EnrolAsync(new HostEnrolment { Host = record, At = DateTimeOffset.UtcNow }, stop);
            hosts[i] = (VirtualHost.Boot(spec => spec with { Id = record.Id, Name = record.Name, Ak = ak }), token);
        });
        return hosts;
    }

    private static HostRecord Record(string name, VirtualAk ak, string token)
    {
        var ek = RandomNumberGenerator.GetBytes(32);
        return new HostRecord
        {
            Id = HostIds.Of(ek),
            Name = name,
            State = HostState.Enrolled,
            EkDigest = ek,
            AkPublic = TpmWire.ToSizedBytes(ak.Public),
            AkName = ak.Name.Bytes.ToArray(),
            TokenDigest = TokenDigest.Of(token).ToBytes(),
            EnrolmentFindings = "[]",
            EnrolledAt = DateTimeOffset.UtcNow,
        };
    }
}
