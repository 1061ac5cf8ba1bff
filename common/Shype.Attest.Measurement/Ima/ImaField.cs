namespace Shype.Attest.Measurement.Ima;

/// <summary>A field of a template, by the kernel's descriptor (Documentation/security/IMA-templates.rst).</summary>
public enum ImaField
{
    /// <summary>A field that is not known here: its bytes are hashed, and nothing is read from them.</summary>
    Unknown,

    /// <summary>"d": digest of the file, SHA-1 or MD5, without a name of the hash.</summary>
    Digest,

    /// <summary>"n": name of the file, at most 255 bytes.</summary>
    Name,

    /// <summary>"d-ng": name of the hash and digest.</summary>
    DigestNg,

    /// <summary>"d-ngv2": kind of digest ("ima" or "verity"), name of the hash and digest.</summary>
    DigestNgV2,

    /// <summary>"n-ng": name of the file.</summary>
    NameNg,

    /// <summary>"sig": the file's signature, or its portable EVM signature; may be empty.</summary>
    Signature,

    /// <summary>"d-modsig": digest of the file without its appended signature; may be empty.</summary>
    ModsigDigest,

    /// <summary>"modsig": the appended signature; may be empty.</summary>
    Modsig,

    /// <summary>"buf": what was measured that is no file, such as a key or a command line.</summary>
    Buffer,

    /// <summary>"evmsig": the portable EVM signature.</summary>
    EvmSignature,

    /// <summary>"iuid": the owner.</summary>
    Uid,

    /// <summary>"igid": the group.</summary>
    Gid,

    /// <summary>"imode": the mode.</summary>
    Mode,

    /// <summary>"xattrnames": names of extended attributes.</summary>
    XattrNames,

    /// <summary>"xattrlengths": their lengths.</summary>
    XattrLengths,

    /// <summary>"xattrvalues": their values.</summary>
    XattrValues,
}
