namespace Shype.Attest.Tpm.Client;

/// <summary>One code of the specification.</summary>
internal sealed record ResponseCodeEntry(string Name, string Meaning, string Advice);

/// <summary>Every code of TPM 2.0 Part 2, 6.6.3, with what it means and what to do.</summary>
internal static class ResponseCodeCatalogue
{
    /// <summary>By the code without its culprit's number; null for one that the specification does not have.</summary>
    public static ResponseCodeEntry? Find(uint code) => code switch
    {
        0 => new("SUCCESS", "the command was carried out", "nothing is to be done"),
        BadTag => new("BAD_TAG", "the command has a tag that no TPM 2.0 command has", "check that this is a TPM 2.0: a TPM 1.2 answers so"),
        >= FormatOne and < Version1 => FindFormatOne(code - FormatOne),
        >= Version1 and <= Version1 + LargestError => FindVersion1(code - Version1),
        >= Warning + FirstReferenceHandle and <= Warning + LastReferenceHandle => MissingHandle((int)(code - Warning - FirstReferenceHandle)),
        >= Warning + FirstReferenceSession and <= Warning + LastReferenceSession => MissingSession((int)(code - Warning - FirstReferenceSession)),
        >= Warning and <= Warning + LargestError => FindWarning(code - Warning),
        _ => null,
    };

    private static ResponseCodeEntry? FindVersion1(uint error) => error switch
    {
        0x00 => new("INITIALIZE", "the TPM was not started up, or TPM2_Startup came twice", "let the firmware, or for an emulator its starter, send TPM2_Startup once after power-on"),
        0x01 => new("FAILURE", "the TPM failed its self-test or found itself broken, and refuses to work", "power the machine off and on; if it stays, the TPM is defective"),
        0x03 => new("SEQUENCE", "a sequence of commands was used in the wrong order", "start the sequence anew"),
        0x0b => new("PRIVATE", "not in use at present", "report it to the TPM's maker"),
        0x19 => new("HMAC", "not in use at present", "report it to the TPM's maker"),
        0x20 => new("DISABLED", "the command is disabled", "enable it by the TPM's owner or the firmware set-up"),
        0x21 => new("EXCLUSIVE", "another command came between those of an exclusive audit session", "start the audit session anew and keep others from the TPM"),
        0x24 => new("AUTH_TYPE", "the handle may not be authorised in this way", "authorise as the object's attributes say: by auth value or by policy"),
        0x25 => new("AUTH_MISSING", "the command needs a session for a handle and has none", "give one session for each handle that needs authorisation"),
        0x26 => new("POLICY", "the policy of an object, or for a policy command its own place, is wrong", "check the policy that the object was made with"),
        0x27 => new("PCR", "the PCRs are not as the command needs them", "compare the PCRs with those that were asked for"),
        0x28 => new("PCR_CHANGED", "a PCR changed since the policy session checked it", "start the policy session anew"),
        0x2d => new("UPGRADE", "the TPM waits for the rest of a firmware upgrade", "finish the upgrade with the maker's tool"),
        0x2e => new("TOO_MANY_CONTEXTS", "the counter of saved contexts is at its end", "flush sessions that are no longer used, or restart the machine"),
        0x2f => new("AUTH_UNAVAILABLE", "the auth value or policy of the object cannot be used now", "clear what locks it, or use the other way to authorise"),
        0x30 => new("REBOOT", "the TPM needs a power cycle before it goes on", "power the machine off and on"),
        0x31 => new("UNBALANCED", "hash and key sizes protect unequally", "choose a larger hash for this key"),
        0x42 => new("COMMAND_SIZE", "the size in the header is not that of the command", "check for a proxy between here and the TPM that changes commands"),
        0x43 => new("COMMAND_CODE", "this TPM does not have the command, or the resource manager does not let it through", "use a TPM that implements it, or the device without resource manager"),
        0x44 => new("AUTHSIZE", "the authorisation area is too small or too large", "check for a proxy between here and the TPM that changes commands"),
        0x45 => new("AUTH_CONTEXT", "sessions were given to a command that takes none", "send the command without sessions"),
        0x46 => new("NV_RANGE", "offset and size lie outside of the NV index", "read its size with TPM2_NV_ReadPublic first"),
        0x47 => new("NV_SIZE", "an NV index of this size cannot be made", "ask for a smaller one, or spread the data over several"),
        0x48 => new("NV_LOCKED", "the NV index is locked against reading or writing", "wait for the next restart of the machine, which lifts most locks"),
        0x49 => new("NV_AUTHORIZATION", "the NV index may not be used in this way or by this authorisation", "look at its attributes: who may read and write it"),
        0x4a => new("NV_UNINITIALIZED", "the NV index was never written", "write it first"),
        0x4b => new("NV_SPACE", "the TPM has no room for this NV index or persistent object", "remove indices or persistent objects that are not needed"),
        0x4c => new("NV_DEFINED", "the NV index or persistent handle is taken", "use the one that is there, remove it first, or take another number"),
        0x50 => new("BAD_CONTEXT", "the saved context is not one of this TPM, or of an earlier start", "make the object again: contexts do not outlive a restart"),
        0x51 => new("CPHASH", "the policy allows only one command with its exact parameters, and this is another", "send exactly what the policy was made for"),
        0x52 => new("PARENT", "the parent is no storage key", "use a restricted decryption key as parent"),
        0x53 => new("NEEDS_TEST", "the function was not tested since the start", "send TPM2_SelfTest"),
        0x54 => new("NO_RESULT", "the TPM could not find a value, because of a flaw in what was given", "check the key and point that were given"),
        0x55 => new("SENSITIVE", "the private part of a key did not fit its public part", "load the two parts that belong together"),
        _ => null,
    };

    private static ResponseCodeEntry? FindFormatOne(uint error) => error switch
    {
        0x01 => new("ASYMMETRIC", "the asymmetric algorithm is unknown to this TPM or does not fit", "use RSA or an elliptic curve that the TPM lists"),
        0x02 => new("ATTRIBUTES", "the attributes do not go together or do not allow this", "check the attributes of the object or session against its use"),
        0x03 => new("HASH", "the hash is unknown to this TPM or does not fit", "use a hash that the TPM lists; SHA-256 is always there"),
        0x04 => new("VALUE", "a value is out of its range or does not fit here", "check it; for a handle: is the object there"),
        0x05 => new("HIERARCHY", "the hierarchy is disabled or does not fit here", "enable it in the firmware set-up, or use another one"),
        0x07 => new("KEY_SIZE", "keys of this size are not possible here", "use RSA of 2048 bits or the curve P-256"),
        0x08 => new("MGF", "the mask generation function is unknown to this TPM", "use MGF1, the only one there is"),
        0x09 => new("MODE", "the cipher mode is unknown to this TPM or does not fit", "use CFB, which every TPM has"),
        0x0a => new("TYPE", "this type does not fit here", "check the type of the key or structure"),
        0x0b => new("HANDLE", "there is nothing under this handle, or nothing that fits", "check the number, and whether the object was made on this TPM and not flushed"),
        0x0c => new("KDF", "the key derivation function is unknown to this TPM or does not fit", "use none, or KDF1_SP800_108"),
        0x0d => new("RANGE", "a value is out of the range that is allowed", "take one from inside"),
        0x0e => new("AUTH_FAIL", "the auth value or HMAC is wrong, and the attempt counts towards the lockout", "check the password; if it is right, something changed the command on its way"),
        0x0f => new("NONCE", "the nonce has a wrong size or is not the last one", "start the session anew"),
        0x10 => new("PP", "the command needs somebody present at the machine", "assert physical presence in the firmware set-up"),
        0x12 => new("SCHEME", "the signing or encryption scheme is unknown to this TPM or not that of the key", "use the scheme that the key was made with"),
        0x15 => new("SIZE", "a size is wrong", "check the length of what was given"),
        0x16 => new("SYMMETRIC", "the symmetric algorithm or key size is unknown to this TPM or does not fit", "use AES with 128 bits in CFB mode"),
        0x17 => new("TAG", "a structure has the wrong tag", "give the structure that belongs here"),
        0x18 => new("SELECTOR", "a union was given with a selector that does not exist", "check the algorithm that selects it"),
        0x1a => new("INSUFFICIENT", "bytes of a structure are missing", "check for a proxy between here and the TPM that cuts commands"),
        0x1b => new("SIGNATURE", "the signature is wrong", "check key and data that the signature was made with"),
        0x1c => new("KEY", "the key does not fit its use", "check that the key is of the type and attributes needed"),
        0x1d => new("POLICY_FAIL", "the policy session has not met the object's policy", "carry out all steps of the policy in their order"),
        0x1f => new("INTEGRITY", "an integrity check failed: the data is damaged, of another TPM, or for another key", "use what was made for this TPM and key, unchanged"),
        0x20 => new("TICKET", "the ticket is not one that this TPM made", "make the ticket anew"),
        0x21 => new("RESERVED_BITS", "bits that must be clear are set", "clear them: they have no meaning yet"),
        0x22 => new("BAD_AUTH", "the auth value is wrong; no lockout counts this", "check the password"),
        0x23 => new("EXPIRED", "the authorisation of the policy has run out", "start the policy session anew"),
        0x24 => new("POLICY_CC", "the policy is for another command", "use the policy's branch for this command"),
        0x25 => new("BINDING", "public and private part do not belong together", "load the two parts that belong together"),
        0x26 => new("CURVE", "the curve is unknown to this TPM or does not fit", "use P-256, or a curve that the TPM lists"),
        0x27 => new("ECC_POINT", "the point is not on its curve", "check the public key or point that was given"),
        0x28 => new("FW_LIMITED", "the object is bound to another firmware of the TPM", "use it with the firmware that it was made under"),
        0x29 => new("SVN_LIMITED", "the object is bound to another security version of the TPM's firmware", "use it with the firmware that it was made under"),
        _ => null,
    };

    private static ResponseCodeEntry? FindWarning(uint error) => error switch
    {
        0x01 => new("CONTEXT_GAP", "the oldest saved session must be loaded or flushed first", "flush sessions that are no longer used"),
        0x02 => new("OBJECT_MEMORY", "the TPM has no room for another object", "flush objects that are not needed, or use /dev/tpmrm0, whose resource manager does it"),
        0x03 => new("SESSION_MEMORY", "the TPM has no room for another session", "flush sessions that are not needed, or use /dev/tpmrm0, whose resource manager does it"),
        0x04 => new("MEMORY", "the TPM has no room for this", "flush objects and sessions that are not needed"),
        0x05 => new("SESSION_HANDLES", "the TPM has no number for another session", "flush sessions that are not needed"),
        0x06 => new("OBJECT_HANDLES", "the TPM has no number for another object", "flush objects that are not needed"),
        0x07 => new("LOCALITY", "the command is not allowed from this locality", "let the one do it who may: firmware or operating system"),
        0x08 => new("YIELDED", "the TPM stopped the command half-way to do something more urgent", "send it again"),
        0x09 => new("CANCELED", "the command was cancelled", "send it again, if it is still wanted"),
        0x0a => new("TESTING", "the TPM is testing itself", "send it again a little later"),
        0x20 => new("NV_RATE", "the TPM slows down writing, to save its memory", "send it again later, and write less often"),
        0x21 => new("LOCKOUT", "the TPM locked out auth values after too many wrong ones", "wait for the lockout to end, or reset it with the lockout auth value"),
        0x22 => new("RETRY", "the TPM could not start the command", "send it again a little later"),
        0x23 => new("NV_UNAVAILABLE", "the TPM's memory cannot be written now", "send it again later"),
        0x7f => new("NOT_USED", "not in use: no TPM answers this", "report it to the TPM's maker"),
        _ => null,
    };

    private static ResponseCodeEntry MissingHandle(int index) =>
        new($"REFERENCE_H{index}", $"handle {index + 1} names an object or session that is not loaded", "load it again: it was flushed, or the machine restarted");

    private static ResponseCodeEntry MissingSession(int index) =>
        new($"REFERENCE_S{index}", $"session {index + 1} is not loaded", "start it anew: it was flushed, or the machine restarted");

    // Part 2, 6.6.3: RC_FMT1, RC_VER1, RC_WARN, and the one code that TPM 1.2 shares.
    private const uint FormatOne = 0x080;
    private const uint Version1 = 0x100;
    private const uint Warning = 0x900;
    private const uint LargestError = 0x7f;
    private const uint BadTag = 0x01e;
    private const uint FirstReferenceHandle = 0x10;
    private const uint LastReferenceHandle = 0x16;
    private const uint FirstReferenceSession = 0x18;
    private const uint LastReferenceSession = 0x1e;
}
