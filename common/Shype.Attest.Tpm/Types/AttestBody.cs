using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMU_ATTEST (TPM 2.0 Part 2, 10.12.11): one record for each type.</summary>
public abstract record AttestBody
{
    private protected AttestBody()
    {
    }

    internal static bool IsKnown(StructureTag type) => type is StructureTag.AttestQuote or StructureTag.AttestCertify or StructureTag.AttestCreation
        or StructureTag.AttestTime or StructureTag.AttestNv or StructureTag.AttestNvDigest
        or StructureTag.AttestSessionAudit or StructureTag.AttestCommandAudit;

    internal static AttestBody Read(StructureTag type, ref TpmReader reader) => type switch
    {
        StructureTag.AttestQuote => QuoteBody.Read(ref reader),
        StructureTag.AttestCertify => CertifyBody.Read(ref reader),
        StructureTag.AttestCreation => CreationBody.Read(ref reader),
        StructureTag.AttestTime => TimeBody.Read(ref reader),
        StructureTag.AttestNv => NvBody.Read(ref reader),
        StructureTag.AttestNvDigest => NvDigestBody.Read(ref reader),
        StructureTag.AttestSessionAudit => SessionAuditBody.Read(ref reader),
        _ => CommandAuditBody.Read(ref reader),
    };

    internal abstract void Write(ref TpmWriter writer);
}

/// <summary>TPMS_QUOTE_INFO (10.12.4).</summary>
/// <param name="Selections">The PCRs, in the order in which their values were hashed.</param>
/// <param name="PcrDigest">The digest of all their values, by the hash of the signature.</param>
public sealed record QuoteBody(PcrSelectionList Selections, byte[] PcrDigest) : AttestBody
{
    internal static QuoteBody Read(ref TpmReader reader) => new(PcrSelectionList.Read(ref reader), reader.ReadDigest("pcrDigest"));

    internal override void Write(ref TpmWriter writer)
    {
        Selections.Write(ref writer);
        writer.WriteSized(PcrDigest);
    }
}

/// <summary>TPMS_CERTIFY_INFO (10.12.3).</summary>
/// <param name="Name">The certified object's name.</param>
/// <param name="QualifiedName">Its qualified name.</param>
public sealed record CertifyBody(TpmName Name, TpmName QualifiedName) : AttestBody
{
    internal static CertifyBody Read(ref TpmReader reader) => new(reader.ReadName("name"), reader.ReadName("qualifiedName"));

    internal override void Write(ref TpmWriter writer)
    {
        writer.WriteName(Name);
        writer.WriteName(QualifiedName);
    }
}

/// <summary>TPMS_CREATION_INFO (10.12.7).</summary>
/// <param name="ObjectName">The created object's name.</param>
/// <param name="CreationHash">The digest of its TPMS_CREATION_DATA.</param>
public sealed record CreationBody(TpmName ObjectName, byte[] CreationHash) : AttestBody
{
    internal static CreationBody Read(ref TpmReader reader) => new(reader.ReadName("objectName"), reader.ReadDigest("creationHash"));

    internal override void Write(ref TpmWriter writer)
    {
        writer.WriteName(ObjectName);
        writer.WriteSized(CreationHash);
    }
}

/// <summary>TPMS_TIME_ATTEST_INFO (10.12.2).</summary>
/// <param name="Time">Milliseconds since the TPM was powered on.</param>
/// <param name="Clock">The clock, not obfuscated.</param>
/// <param name="FirmwareVersion">The firmware, not obfuscated.</param>
public sealed record TimeBody(ulong Time, ClockInfo Clock, ulong FirmwareVersion) : AttestBody
{
    internal static TimeBody Read(ref TpmReader reader) => new(reader.ReadUInt64("time"), ClockInfo.Read(ref reader), reader.ReadUInt64("firmwareVersion"));

    internal override void Write(ref TpmWriter writer)
    {
        writer.WriteUInt64(Time);
        Clock.Write(ref writer);
        writer.WriteUInt64(FirmwareVersion);
    }
}

/// <summary>TPMS_NV_CERTIFY_INFO (10.12.8).</summary>
/// <param name="IndexName">The index's name.</param>
/// <param name="Offset">Where the contents begin.</param>
/// <param name="Contents">What was read, chosen by whoever wrote the index.</param>
public sealed record NvBody(TpmName IndexName, ushort Offset, byte[] Contents) : AttestBody
{
    internal static NvBody Read(ref TpmReader reader) => new(
        reader.ReadName("indexName"),
        reader.ReadUInt16("offset"),
        reader.ReadSized("nvContents", WireLimits.MaxNvBufferBytes).ToArray());

    internal override void Write(ref TpmWriter writer)
    {
        writer.WriteName(IndexName);
        writer.WriteUInt16(Offset);
        writer.WriteSized(Contents);
    }
}

/// <summary>TPMS_NV_DIGEST_CERTIFY_INFO (10.12.9).</summary>
/// <param name="IndexName">The index's name.</param>
/// <param name="NvDigest">The digest of all its contents.</param>
public sealed record NvDigestBody(TpmName IndexName, byte[] NvDigest) : AttestBody
{
    internal static NvDigestBody Read(ref TpmReader reader) => new(reader.ReadName("indexName"), reader.ReadDigest("nvDigest"));

    internal override void Write(ref TpmWriter writer)
    {
        writer.WriteName(IndexName);
        writer.WriteSized(NvDigest);
    }
}

/// <summary>TPMS_SESSION_AUDIT_INFO (10.12.6).</summary>
/// <param name="ExclusiveSession">Whether every command since was in this session.</param>
/// <param name="SessionDigest">The audit digest.</param>
public sealed record SessionAuditBody(bool ExclusiveSession, byte[] SessionDigest) : AttestBody
{
    internal static SessionAuditBody Read(ref TpmReader reader) => new(reader.ReadYesNo("exclusiveSession"), reader.ReadDigest("sessionDigest"));

    internal override void Write(ref TpmWriter writer)
    {
        writer.WriteYesNo(ExclusiveSession);
        writer.WriteSized(SessionDigest);
    }
}

/// <summary>TPMS_COMMAND_AUDIT_INFO (10.12.5).</summary>
/// <param name="AuditCounter">The audit counter.</param>
/// <param name="DigestAlgorithm">The hash of both digests.</param>
/// <param name="AuditDigest">The audit digest.</param>
/// <param name="CommandDigest">The digest of the audited commands' codes.</param>
public sealed record CommandAuditBody(ulong AuditCounter, AlgorithmId DigestAlgorithm, byte[] AuditDigest, byte[] CommandDigest) : AttestBody
{
    internal static CommandAuditBody Read(ref TpmReader reader) => new(
        reader.ReadUInt64("auditCounter"),
        reader.ReadHash("digestAlg"),
        reader.ReadDigest("auditDigest"),
        reader.ReadDigest("commandDigest"));

    internal override void Write(ref TpmWriter writer)
    {
        writer.WriteUInt64(AuditCounter);
        writer.WriteAlgorithm(DigestAlgorithm);
        writer.WriteSized(AuditDigest);
        writer.WriteSized(CommandDigest);
    }
}
