namespace Shype.Attest.Protocol;

/// <summary>The media types on the wire. Golden-tested: a change here is a change of the protocol.</summary>
public static class MediaTypes
{
    /// <summary>Records, or bytes of the kernel's IMA list, that are brought before the evidence that proves them.</summary>
    public const string LogPiece = "application/vnd.shype.log-piece";

    /// <summary>CMW collection in CBOR (draft-ietf-rats-msg-wrap): the body of an evidence request.</summary>
    public const string CmwCbor = "application/cmw+cbor";

    /// <summary>CMW collection in JSON, for people.</summary>
    public const string CmwJson = "application/cmw+json";

    /// <summary>Attestation result as JWT (RFC 9782).</summary>
    public const string EatJwt = "application/eat+jwt";

    /// <summary>Attestation result as CWT (RFC 9782).</summary>
    public const string EatCwt = "application/eat+cwt";

    /// <summary>COSE_KeySet (RFC 9052 11.3.2).</summary>
    public const string CoseKeySet = "application/cose-key-set";

    /// <summary>A session of Veraison's challenge-response interface.</summary>
    public const string VeraisonSession = "application/vnd.veraison.challenge-response-session+json";

    /// <summary>Veraison's discovery document.</summary>
    public const string VeraisonDiscovery = "application/vnd.veraison.discovery+json";

    /// <summary>Problem details (RFC 9457).</summary>
    public const string ProblemJson = "application/problem+json";

    /// <summary>JSON Web Key Set (RFC 7517).</summary>
    public const string JwkSet = "application/jwk-set+json";

    /// <summary>Plain JSON.</summary>
    public const string Json = "application/json";

    /// <summary>Server-sent events.</summary>
    public const string EventStream = "text/event-stream";

    /// <summary>Reference values: a CoRIM signed with COSE (draft-ietf-rats-corim).</summary>
    public const string RimCose = "application/rim+cose";

    /// <summary>Our evidence as one CMW record inside other protocols.</summary>
    public const string Evidence = "application/vnd.shype.evidence+cbor";

    /// <summary>Our evidence in JSON, for what cannot write CBOR.</summary>
    public const string EvidenceJson = "application/vnd.shype.evidence+json";

    /// <summary>A CMW collection, CBOR or JSON, of the files that tpm2_quote writes (docs/rats-api.md).</summary>
    public const string ToolEvidence = "application/vnd.shype.tpm2-tools+cmw";

    /// <summary>A PCR file of tpm2-tools: serialized, or marshaled.</summary>
    public const string ToolPcrs = "application/vnd.shype.tpm2-tools-pcrs";

    /// <summary>A TPM2B_PUBLIC.</summary>
    public const string TpmPublic = "application/vnd.shype.tpm2b-public";

    /// <summary>The kernel's binary IMA list, whole.</summary>
    public const string ImaList = "application/vnd.shype.ima-list";

    /// <summary>The verifier's challenge, given back.</summary>
    public const string Challenge = "application/vnd.shype.challenge";

    /// <summary>A bare TPMS_ATTEST.</summary>
    public const string TpmsAttest = "application/vnd.shype.tpms-attest";

    /// <summary>A bare TPMT_SIGNATURE.</summary>
    public const string TpmtSignature = "application/vnd.shype.tpmt-signature";

    /// <summary>A TPM name: nameAlg and digest.</summary>
    public const string TpmName = "application/vnd.shype.tpm-name";

    /// <summary>A suffix of our measurement log: first record number and the CEL-CBOR records.</summary>
    public const string LogSuffix = "application/vnd.shype.log-suffix+cbor";

    /// <summary>The firmware's event log as the TCG PC Client profile writes it.</summary>
    public const string FirmwareLog = "application/vnd.shype.tcg-event-log";

    /// <summary>A suffix of the kernel's binary IMA list: the byte that it begins at, and the entries.</summary>
    public const string ImaLog = "application/vnd.shype.ima-log-suffix+cbor";

    /// <summary>An isolation policy file.</summary>
    public const string Policy = "application/vnd.shype.policy";

    /// <summary>An offline bundle (docs/bundle.md).</summary>
    public const string Bundle = "application/vnd.shype.bundle+cbor";

    /// <summary>YAML (RFC 9512): an appraisal policy.</summary>
    public const string Yaml = "application/yaml";

    /// <summary>JSON, one message a line: an export of the audit (docs/audit.md).</summary>
    public const string JsonLines = "application/jsonl";

    /// <summary>A signed head of the audit (RFC 7519 10.3.1).</summary>
    public const string Jwt = "application/jwt";

    /// <summary>PCR values beside a quote.</summary>
    public const string PcrValues = "application/vnd.shype.pcr-values+cbor";
}
