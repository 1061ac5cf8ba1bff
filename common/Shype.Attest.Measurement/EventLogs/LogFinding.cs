namespace Shype.Attest.Measurement.EventLogs;

/// <summary>Something odd in a log that can still be read. What it means for trust is the verifier's policy to say.</summary>
public enum LogFindingCode
{
    /// <summary>The log has no event that was extended: it explains nothing.</summary>
    NoMeasurements,

    /// <summary>A bank of a hash that is not known here: it cannot be replayed.</summary>
    UnknownAlgorithm,

    /// <summary>An event type that the profile does not name.</summary>
    UnknownEventType,

    /// <summary>An extended event without a digest for one of the log's banks: that bank cannot be replayed from there.</summary>
    DigestMissing,

    /// <summary>A StartupLocality event after PCR 0 was extended: ignored.</summary>
    LocalityLate,

    /// <summary>A second StartupLocality event: ignored.</summary>
    LocalityRepeated,

    /// <summary>A StartupLocality event of another size, in another PCR, or with a locality other than 0, 3, 4: ignored.</summary>
    LocalityMalformed,

    /// <summary>An H-CRTM event that is not the first one of PCR 0, or that contradicts the StartupLocality event: ignored.</summary>
    HcrtmMisplaced,

    /// <summary>A second Spec ID event: only a first event can be one.</summary>
    SpecIdRepeated,

    /// <summary>The Spec ID event has a digest, where PFP 1.05, 10.4.5.1 wants zeros. Seen in logs made by software TPM tools.</summary>
    SpecIdWithDigest,

    /// <summary>The Spec ID event's eventSize leaves out its vendorInfo, which follows it. Seen in logs of early servers.</summary>
    SpecIdSizeWithoutVendorInfo,

    /// <summary>An EV_NO_ACTION event with a digest, which nothing ever extended.</summary>
    NoActionWithDigest,

    /// <summary>The log is of a confidential VM (CCEL): its indices are measurement registers, not PCRs of a TPM.</summary>
    NotATpmLog,

    /// <summary>A separator's digest stands under another type: whoever edited the log hides where the firmware ended.</summary>
    SeparatorSpoofed,

    /// <summary>A second separator in one of the PCRs 0 to 7.</summary>
    SeparatorRepeated,

    /// <summary>A separator in one of the PCRs 0 to 7 whose digest is of no value that the profile defines, or says that something went wrong.</summary>
    SeparatorOdd,

    /// <summary>One of the digests by which firmware marks where a boot option or the operating system begins stands under another type.</summary>
    ActionSpoofed,

    /// <summary>Something is in PCR 4 under a type that is not an image's; it is taken for one.</summary>
    ImageUnderOtherType,

    /// <summary>A boot loader's text, or a variable, whose digest is of something else: its content is not believed.</summary>
    NotCovered,

    /// <summary>A Secure Boot variable that stands behind the separator of PCR 7, a second time, or with a size that it cannot have.</summary>
    SecureBootVariableOdd,

    /// <summary>Secure Boot is said to be on, but the keys or the authority that go with it are not there.</summary>
    SecureBootIncomplete,

    /// <summary>PCR 7 holds something that Secure Boot does not measure there.</summary>
    SecureBootForeign,

    /// <summary>The firmware runs in a mode for debugging, or lets devices write into memory.</summary>
    FirmwareWeakened,
}

/// <summary>One finding.</summary>
/// <param name="Code">What is odd.</param>
/// <param name="Event">The event's index; null when it is about the whole log.</param>
/// <param name="Offset">Byte offset in the log.</param>
/// <param name="Detail">What was found, in words.</param>
public sealed record LogFinding(LogFindingCode Code, int? Event, int Offset, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => Event is { } index ? $"event {index} at byte {Offset}: {Detail}" : $"at byte {Offset}: {Detail}";
}
