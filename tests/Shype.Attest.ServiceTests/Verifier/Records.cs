using System.Security.Cryptography;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Wire;
using Shype.Attest.Verifier.Enrolment;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>Rows for tests of the store: every host with keys of its own.</summary>
internal static class Records
{
    public static DateTimeOffset At { get; } = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_123);

    public static HostRecord Host(string name, HostState state = HostState.Enrolled, VirtualAk? ak = null)
    {
        using var tpm = new SoftwareTpm();
        var ekDigest = SHA256.HashData(TpmWire.ToSizedBytes(tpm.EkPublic));
        return new HostRecord
        {
            Id = HostIds.Of(ekDigest),
            Name = name,
            State = state,
            EkDigest = ekDigest,
            EkIssuer = "CN=Vendor",
            AkPublic = TpmWire.ToSizedBytes((ak ?? tpm.Ak).Public),
            AkName = (ak ?? tpm.Ak).Name.Bytes.ToArray(),
            TokenDigest = RandomNumberGenerator.GetBytes(32),
            EnrolmentFindings = "[]",
            EnrolledAt = At,
        };
    }

    public static HostEnrolment Enrolment(HostRecord host) => new() { Host = host, At = At };

    public static AppraisalCommit Commit(string hostId, string evidence = "evidence", DateTimeOffset? at = null, params VmPlace[]? vms)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(evidence);
        return new AppraisalCommit
        {
            HostId = hostId,
            At = at ?? At,
            Status = TrustTier.Affirming,
            Boot = "boot-1",
            Evidence = bytes,
            EvidenceDigest = SHA256.HashData(bytes),
            Result = "result of " + evidence,
            Memory = [.. bytes, 1],
            Vms = vms,
        };
    }
}
