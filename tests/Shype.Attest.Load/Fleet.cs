using System.Security.Cryptography;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Wire;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Load;

/// <summary>A simulated host with a key of its own, and its agent's token. It boots when it is needed first: most of a large fleet never speaks.</summary>
internal sealed class LoadHost(HostRecord record, VirtualAk ak, string token)
{
    private readonly Lazy<VirtualHost> _host = new(() => VirtualHost.Boot(spec => spec with { Id = record.Id, Name = record.Name, Ak = ak }));

    /// <summary>The host's id.</summary>
    public string Id => record.Id;

    /// <summary>The host, booted.</summary>
    public VirtualHost Host => _host.Value;

    /// <summary>Its agent's token.</summary>
    public string Token => token;
}

/// <summary>Makes hosts.</summary>
internal static class Fleet
{
    /// <summary>Makes the hosts and enrols them in the store, before a verifier runs on it: what is measured is what comes afterwards.</summary>
    public static async Task<IReadOnlyList<LoadHost>> EnrolAsync(IAttestationStore store, int count)
    {
        var hosts = new LoadHost[count];
        // Many at once, so that they share the store's transactions.
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 512 }, async (i, stop) =>
        {
            var ak = new VirtualAk(AkKind.EcdsaP256);
            var token = Base64UrlText.Encode(RandomNumberGenerator.GetBytes(32));
            var record = Record($"load-{i:d6}", ak, token);
            await store.EnrolAsync(new HostEnrolment { Host = record, At = DateTimeOffset.UtcNow }, stop);
            hosts[i] = new LoadHost(record, ak, token);
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
