using Shype.Attest.Appraisal.Story;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Appraisal.Memory;

/// <summary>The versions of policies that a host may not go back behind.</summary>
/// <param name="AtBoot">Those that it was accepted with before this boot: what this boot's records are held against, also when they are read again.</param>
/// <param name="Seen">Those, and the ones that this boot's records put in force.</param>
/// <param name="Accepted">Those that it was ever accepted with: the next boot's start.</param>
internal sealed record PolicyMemory(PolicyVersions AtBoot, PolicyVersions Seen, PolicyVersions Accepted)
{
    /// <summary>Nothing is known.</summary>
    public static PolicyMemory None { get; } = new(PolicyVersions.None, PolicyVersions.None, PolicyVersions.None);

    /// <summary>As a new boot begins.</summary>
    public PolicyMemory NextBoot => new(Accepted, Accepted, Accepted);

    public void Write(ref TpmWriter writer)
    {
        Write(ref writer, AtBoot);
        Write(ref writer, Seen);
        Write(ref writer, Accepted);
    }

    public static PolicyMemory Read(ref TpmReader reader) => new(ReadVersions(ref reader), ReadVersions(ref reader), ReadVersions(ref reader));

    private static void Write(ref TpmWriter writer, PolicyVersions versions)
    {
        writer.WriteUInt32((uint)versions.ByName.Count);
        foreach (var (name, known) in versions.ByName)
        {
            writer.WriteText(name);
            writer.WriteText(known.Version.ToString());
            writer.WriteText(known.Meaning.ToString());
        }
    }

    private static PolicyVersions ReadVersions(ref TpmReader reader)
    {
        var versions = PolicyVersions.None.ByName.ToBuilder();
        for (var left = reader.ReadCount("policyVersions", AppraisalLimits.MaxPolicies, LeastVersionBytes); left > 0; left--)
        {
            var name = reader.ReadNeededText("policyVersion.name");
            if (!AcmVersion.TryParse(reader.ReadNeededText("policyVersion.version"), out var version))
            {
                throw reader.Refuse("policyVersion.version", "is not a version");
            }

            if (!MeasuredDigest.TryParse(reader.ReadNeededText("policyVersion.meaning"), out var meaning))
            {
                throw reader.Refuse("policyVersion.meaning", "is not a digest");
            }

            if (!versions.TryAdd(name, new(version, meaning)))
            {
                throw reader.Refuse("policyVersion.name", "is there twice");
            }
        }

        return new(versions.ToImmutable());
    }

    private const int LeastVersionBytes = 3 * (sizeof(byte) + sizeof(uint));
}
