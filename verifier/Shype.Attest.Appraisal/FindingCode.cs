namespace Shype.Attest.Appraisal;

/// <summary>
/// Everything that an appraisal can find: a closed list. The wire text is the name in kebab-case and never changes its meaning; what each
/// code says, means and advises stands in <see cref="FindingCatalogue"/>.
/// </summary>
public enum FindingCode
{
    /// <summary>The challenge that is answered is not one of this verifier for this host.</summary>
    ChallengeNotOurs,

    /// <summary>The challenge was answered too late.</summary>
    ChallengeExpired,

    /// <summary>The quote is not a TPMS_ATTEST.</summary>
    QuoteMalformed,

    /// <summary>The signature is not a TPMT_SIGNATURE.</summary>
    QuoteSignatureMalformed,

    /// <summary>The signature over the quote does not verify with the attestation key.</summary>
    QuoteSignatureInvalid,

    /// <summary>Signature and enrolled key are of different kinds.</summary>
    QuoteKeyMismatch,

    /// <summary>The signature uses an algorithm that is not allowed.</summary>
    QuoteAlgorithmNotAllowed,

    /// <summary>What was signed does not start with the mark that only a TPM sets.</summary>
    QuoteNotMadeByTpm,

    /// <summary>The TPM signed something else than a quote.</summary>
    QuoteWrongType,

    /// <summary>The evidence names another attestation key than the one that this host enrolled.</summary>
    QuoteSignerMismatch,

    /// <summary>No host that is enrolled has the attestation key that the evidence names.</summary>
    AttesterUnknown,

    /// <summary>The quote does not answer this challenge: its extraData is another one.</summary>
    NonceMismatch,

    /// <summary>This very quote was already accepted.</summary>
    QuoteReplayed,

    /// <summary>The quote is older than one that was already accepted.</summary>
    ClockWentBackwards,

    /// <summary>The quote is of an earlier boot.</summary>
    BootWentBackwards,

    /// <summary>The TPM says that its clock may have gone back (safe is NO).</summary>
    ClockNotSafe,

    /// <summary>The TPM's firmware version changed without a reboot.</summary>
    FirmwareVersionChanged,

    /// <summary>The TPM's firmware version is below the minimum.</summary>
    FirmwareVersionTooLow,

    /// <summary>The quote's qualified signer is another than before for the same key.</summary>
    SignerChanged,

    /// <summary>Since its last reset this host already failed; it stays untrusted until it is rebooted.</summary>
    EarlierFailureInThisBoot,

    /// <summary>The quote does not cover PCRs that were asked for.</summary>
    PcrsNotCovered,

    /// <summary>The quote's selection names a bank twice.</summary>
    BankDuplicated,

    /// <summary>The quote's selection is malformed.</summary>
    PcrSelectionMalformed,

    /// <summary>The quote covers something else than was asked.</summary>
    PcrSelectionNotAsAsked,

    /// <summary>A PCR that anybody can reset is given as proof.</summary>
    PcrNotTrusted,

    /// <summary>The bank is not allowed.</summary>
    BankNotAllowed,

    /// <summary>Firmware never measured into the bank: PCR 0 to 7 are all zero, so anybody can fill it.</summary>
    BankNotCapped,

    /// <summary>PCR values beside the quote cannot be read.</summary>
    PcrValuesMalformed,

    /// <summary>PCR values that were given as the quoted ones are not.</summary>
    PcrDigestMismatch,

    /// <summary>The step the subject was not evaluated, because what it needs was not verified.</summary>
    NotEvaluated,

    /// <summary>There is no firmware log to explain PCR 0 to 9.</summary>
    FirmwareLogMissing,

    /// <summary>The firmware log cannot be read.</summary>
    FirmwareLogMalformed,

    /// <summary>The firmware log has no digests for the bank.</summary>
    FirmwareLogLacksBank,

    /// <summary>The quote was made by stock tools: no agent's log says what hypervisor, policy and VMs are.</summary>
    AgentLogNotShown,

    /// <summary>The measurement log cannot be read.</summary>
    LogMalformed,

    /// <summary>The log continues at another record than the one that is needed.</summary>
    LogOffsetMismatch,

    /// <summary>A record's content does not hash to the digest that it claims.</summary>
    LogContentNotCovered,

    /// <summary>The logs do not add up to the quoted PCRs.</summary>
    LogDigestMismatch,

    /// <summary>The PCR values beside the quote do not hash to the quoted digest; they were not used.</summary>
    PcrValuesMismatch,

    /// <summary>A PCR has a value that no event explains.</summary>
    PcrUnexplained,

    /// <summary>The log does not start with a boot record.</summary>
    BootRecordMissing,

    /// <summary>A second boot record stands in the same boot's log.</summary>
    BootRecordRepeated,

    /// <summary>The boot record speaks of other banks or PCRs than are quoted.</summary>
    BootRecordDiffers,

    /// <summary>The agent says that it may have missed something.</summary>
    GapInMeasurements,

    /// <summary>The subject was started while it was running.</summary>
    VmAlreadyRunning,

    /// <summary>The subject was stopped, changed or migrated although it was not running.</summary>
    VmNotRunning,

    /// <summary>No hypervisor was measured in this boot.</summary>
    HypervisorMissing,

    /// <summary>The hypervisor is not one of the references.</summary>
    HypervisorUnknown,

    /// <summary>The hypervisor's command line is not the one of the reference.</summary>
    HypervisorCommandLineUnknown,

    /// <summary>The hypervisor is of a kind or version that the appraisal policy does not take.</summary>
    HypervisorVersionRefused,

    /// <summary>The hypervisor was measured a second time, differently.</summary>
    HypervisorChanged,

    /// <summary>The firmware log misnames what divides the boot: a separator or the start of a boot option stands under another type, or twice.</summary>
    BootEventSpoofed,

    /// <summary>The firmware log says something that its digest does not cover.</summary>
    BootEventNotCovered,

    /// <summary>The firmware log is not as the profile wants it.</summary>
    BootEventOdd,

    /// <summary>Secure Boot is demanded, and off or not proven.</summary>
    SecureBootOff,

    /// <summary>The agent recorded another hypervisor, command line or module than the boot loader started.</summary>
    HypervisorLinkBroken,

    /// <summary>Nothing proves that the boot loader started the hypervisor which the agent recorded.</summary>
    HypervisorLinkMissing,

    /// <summary>No isolation policy was measured in this boot.</summary>
    PolicyMissing,

    /// <summary>The verifier has no policy file with the measured digest, so it can judge nothing by it.</summary>
    PolicyNotAvailable,

    /// <summary>The policy file cannot be read.</summary>
    PolicyMalformed,

    /// <summary>The policy file that was sent is not the one that was measured.</summary>
    PolicyDigestMismatch,

    /// <summary>The isolation policy is not one of the references.</summary>
    PolicyUnknown,

    /// <summary>The isolation policy is loaded but not enforced.</summary>
    PolicyNotEnforcing,

    /// <summary>The policy is of a kind that this verifier cannot judge yet.</summary>
    PolicyModuleNotJudged,

    /// <summary>The isolation policy was changed while the host was running.</summary>
    PolicyChanged,

    /// <summary>A policy change names another predecessor than the policy that was in force.</summary>
    PolicyChangeBroken,

    /// <summary>What the hypervisor keeps VMs apart with, and what that is worth.</summary>
    EnforcementModuleRecognised,

    /// <summary>An older version of the isolation policy is in force than before.</summary>
    PolicyRolledBack,

    /// <summary>A version of the isolation policy is in force again, with another content.</summary>
    PolicyVersionReused,

    /// <summary>The isolation policy was changed in a way that the policies themselves do not permit.</summary>
    PolicyChangeRefused,

    /// <summary>There is no reference for the subject, so its images are not known.</summary>
    VmNotReferenced,

    /// <summary>The subject was started from something that is not in its reference.</summary>
    VmImageUnknown,

    /// <summary>The subject was started without something that its reference demands.</summary>
    VmImageMissing,

    /// <summary>The subject runs from something that can change after it was measured.</summary>
    VmImageMutable,

    /// <summary>The subject runs under another label than its reference says.</summary>
    VmLabelUnexpected,

    /// <summary>The subject has a label that the policy does not know.</summary>
    VmLabelUnknown,

    /// <summary>Two VMs ran at once that the policy keeps apart.</summary>
    ConflictViolated,

    /// <summary>The policy does not let this host run the VM.</summary>
    VmNotAuthorised,

    /// <summary>The subject uses something that the policy denies it.</summary>
    ResourceDenied,

    /// <summary>Only a bundle of references that has expired calls it good.</summary>
    ReferenceExpired,

    /// <summary>Only a bundle of references that is not valid yet calls it good.</summary>
    ReferenceNotYetValid,

    /// <summary>Only a bundle of references that was removed, or whose signer was, calls it good.</summary>
    ReferenceRevoked,

    /// <summary>A PCR that must have a value of the references has another one.</summary>
    PcrNotReferenced,

    /// <summary>The rules demand the kernel's IMA list, or it was shown before in this boot, and it is not there.</summary>
    ImaLogMissing,

    /// <summary>The host's kernel measures files into PCR 10, and the evidence does not show which.</summary>
    ImaLogNotShown,

    /// <summary>The IMA list cannot be read.</summary>
    ImaLogMalformed,

    /// <summary>The IMA list continues at another byte than the one that is needed.</summary>
    ImaLogOffsetMismatch,

    /// <summary>No part of the IMA list adds up to the quoted PCR 10.</summary>
    ImaLogMismatch,

    /// <summary>The hash that the IMA list shows for an entry is not that of its content.</summary>
    ImaTemplateHashMismatch,

    /// <summary>A measured buffer does not hash to the digest beside it.</summary>
    ImaBufferMismatch,

    /// <summary>The IMA list says that an entry went into another PCR.</summary>
    ImaEntryElsewhere,

    /// <summary>An entry of the IMA list has a template or a hash that is not known.</summary>
    ImaEntryUnknown,

    /// <summary>The IMA list is of another boot: its boot_aggregate is missing, or is of other PCR values.</summary>
    ImaBootAggregateMismatch,

    /// <summary>The boot_aggregate is over a bank whose values are not known.</summary>
    ImaBootAggregateNotChecked,

    /// <summary>A file was read while it could be written, so that the kernel cannot say what was read.</summary>
    ImaViolation,

    /// <summary>A file that no rule names was loaded.</summary>
    ImaFileUnknown,

    /// <summary>A file was loaded with another digest than its rule allows.</summary>
    ImaFileChanged,

    /// <summary>A file was loaded that is denied.</summary>
    ImaFileDenied,

    /// <summary>A file that must be signed is not.</summary>
    ImaSignatureMissing,

    /// <summary>A file's signature does not hold.</summary>
    ImaSignatureInvalid,

    /// <summary>A file's signature is by a key that is not known.</summary>
    ImaSignatureKeyUnknown,

    /// <summary>Every file that the kernel measured is one that the rules call good.</summary>
    ImaFilesKnown,

    /// <summary>Something that was demanded of the isolation of VMs does not hold.</summary>
    IsolationDemandViolated,

    /// <summary>Something that was demanded of labels, policy or enforcement does not hold.</summary>
    ConfigurationDemandViolated,

    /// <summary>Something that was demanded is not proven.</summary>
    DemandNotProven,

    /// <summary>The endorsement key cannot be read.</summary>
    EkMalformed,

    /// <summary>The endorsement key is not made from a template of the TCG profile.</summary>
    EkTemplateUnknown,

    /// <summary>The host sent no certificate for its endorsement key.</summary>
    EkCertificateMissing,

    /// <summary>The endorsement key has no certificate; an administrator pinned it.</summary>
    EkUncertified,

    /// <summary>A cloud certified the endorsement key: its TPM is the cloud's software.</summary>
    EkVirtual,

    /// <summary>A certificate cannot be read.</summary>
    EkCertificateMalformed,

    /// <summary>The certificate is for another endorsement key than the one that was sent.</summary>
    EkCertificateKeyMismatch,

    /// <summary>No configured root stands behind the certificate.</summary>
    EkCertificateUntrusted,

    /// <summary>The root behind the certificate is known and switched off.</summary>
    EkCertificateAnchorOff,

    /// <summary>The signature of the subject does not verify with its issuer's key.</summary>
    EkCertificateSignatureInvalid,

    /// <summary>The subject issued a certificate but is no certificate authority.</summary>
    EkCertificateIssuerNotCa,

    /// <summary>The chain is longer than the subject allows.</summary>
    EkCertificatePathTooLong,

    /// <summary>The subject has expired.</summary>
    EkCertificateExpired,

    /// <summary>The authority has expired since it certified; the policy takes that.</summary>
    EkCertificateAuthorityOld,

    /// <summary>The subject is not valid yet.</summary>
    EkCertificateNotYetValid,

    /// <summary>The certificate is not made for an endorsement key.</summary>
    EkCertificateUsageWrong,

    /// <summary>The certificate of the endorsement key says that it is a certificate authority.</summary>
    EkCertificateIsCa,

    /// <summary>The subject has a critical extension that is not known.</summary>
    EkCertificateCriticalExtension,

    /// <summary>A name in the chain is outside of what its issuer may certify.</summary>
    EkCertificateNameConstraints,

    /// <summary>The chain does not validate.</summary>
    EkCertificatePathInvalid,

    /// <summary>The subject is signed with a weak algorithm.</summary>
    EkCertificateAlgorithmWeak,

    /// <summary>The attestation key cannot be used.</summary>
    AkMalformed,

    /// <summary>The attestation key has the wrong attributes.</summary>
    AkAttributesRefused,

    /// <summary>The attestation key has the wrong scheme.</summary>
    AkSchemeRefused,

    /// <summary>The attestation key's name is not the one that was sent.</summary>
    AkNameMismatch,

    /// <summary>The attestation key has a certificate, which stands for the endorsement key's.</summary>
    AkCertified,

    /// <summary>A cloud certified the attestation key: its TPM is the cloud's software.</summary>
    AkCertifiedByCloud,

    /// <summary>The certificate is for another attestation key than the one that was sent.</summary>
    AkCertificateKeyMismatch,

    /// <summary>The certificate is not made for an attestation key.</summary>
    AkCertificateUsageWrong,

    /// <summary>The certificate of the attestation key says that it is a certificate authority.</summary>
    AkCertificateIsCa,

    /// <summary>The host's name cannot be used.</summary>
    HostNameRefused,
}
