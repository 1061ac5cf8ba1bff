using System.Globalization;

namespace Shype.Attest.Tpm.Client;

/// <summary>TPM_CC (TPM 2.0 Part 2, 6.5.2): the commands that are sent from here.</summary>
public enum CommandCode
{
    /// <summary>Not a command: a connection before its first.</summary>
    None = 0,

    /// <summary>TPM_CC_EvictControl.</summary>
    EvictControl = 0x120,

    /// <summary>TPM_CC_NV_UndefineSpace.</summary>
    NvUndefineSpace = 0x122,

    /// <summary>TPM_CC_Clear.</summary>
    Clear = 0x126,

    /// <summary>TPM_CC_NV_DefineSpace.</summary>
    NvDefineSpace = 0x12a,

    /// <summary>TPM_CC_CreatePrimary.</summary>
    CreatePrimary = 0x131,

    /// <summary>TPM_CC_NV_Write.</summary>
    NvWrite = 0x137,

    /// <summary>TPM_CC_PCR_Event.</summary>
    PcrEvent = 0x13c,

    /// <summary>TPM_CC_PCR_Reset.</summary>
    PcrReset = 0x13d,

    /// <summary>TPM_CC_SelfTest.</summary>
    SelfTest = 0x143,

    /// <summary>TPM_CC_Startup.</summary>
    Startup = 0x144,

    /// <summary>TPM_CC_Shutdown.</summary>
    Shutdown = 0x145,

    /// <summary>TPM_CC_ActivateCredential.</summary>
    ActivateCredential = 0x147,

    /// <summary>TPM_CC_Certify.</summary>
    Certify = 0x148,

    /// <summary>TPM_CC_GetTime.</summary>
    GetTime = 0x14c,

    /// <summary>TPM_CC_NV_Read.</summary>
    NvRead = 0x14e,

    /// <summary>TPM_CC_PolicySecret.</summary>
    PolicySecret = 0x151,

    /// <summary>TPM_CC_Create.</summary>
    Create = 0x153,

    /// <summary>TPM_CC_Load.</summary>
    Load = 0x157,

    /// <summary>TPM_CC_Quote.</summary>
    Quote = 0x158,

    /// <summary>TPM_CC_ContextLoad.</summary>
    ContextLoad = 0x161,

    /// <summary>TPM_CC_ContextSave.</summary>
    ContextSave = 0x162,

    /// <summary>TPM_CC_FlushContext.</summary>
    FlushContext = 0x165,

    /// <summary>TPM_CC_LoadExternal.</summary>
    LoadExternal = 0x167,

    /// <summary>TPM_CC_MakeCredential.</summary>
    MakeCredential = 0x168,

    /// <summary>TPM_CC_NV_ReadPublic.</summary>
    NvReadPublic = 0x169,

    /// <summary>TPM_CC_ReadPublic.</summary>
    ReadPublic = 0x173,

    /// <summary>TPM_CC_StartAuthSession.</summary>
    StartAuthSession = 0x176,

    /// <summary>TPM_CC_GetCapability.</summary>
    GetCapability = 0x17a,

    /// <summary>TPM_CC_GetRandom.</summary>
    GetRandom = 0x17b,

    /// <summary>TPM_CC_PCR_Read.</summary>
    PcrRead = 0x17e,

    /// <summary>TPM_CC_PolicyPCR.</summary>
    PolicyPcr = 0x17f,

    /// <summary>TPM_CC_ReadClock.</summary>
    ReadClock = 0x181,

    /// <summary>TPM_CC_PCR_Extend.</summary>
    PcrExtend = 0x182,

    /// <summary>TPM_CC_NV_Certify.</summary>
    NvCertify = 0x184,

    /// <summary>TPM_CC_PolicyGetDigest.</summary>
    PolicyGetDigest = 0x189,
}

/// <summary>Command codes as people know them.</summary>
public static class CommandCodeText
{
    /// <summary>The name in TPM 2.0 Part 3: "TPM2_PCR_Read".</summary>
    public static string ToText(this CommandCode code) => code switch
    {
        CommandCode.None => "the TPM's connection",
        CommandCode.NvUndefineSpace => "TPM2_NV_UndefineSpace",
        CommandCode.NvDefineSpace => "TPM2_NV_DefineSpace",
        CommandCode.NvWrite => "TPM2_NV_Write",
        CommandCode.NvRead => "TPM2_NV_Read",
        CommandCode.NvReadPublic => "TPM2_NV_ReadPublic",
        CommandCode.NvCertify => "TPM2_NV_Certify",
        CommandCode.PcrEvent => "TPM2_PCR_Event",
        CommandCode.PcrReset => "TPM2_PCR_Reset",
        CommandCode.PcrRead => "TPM2_PCR_Read",
        CommandCode.PcrExtend => "TPM2_PCR_Extend",
        CommandCode.PolicyPcr => "TPM2_PolicyPCR",
        _ when Enum.IsDefined(code) => "TPM2_" + code,
        _ => "TPM_CC " + ((int)code).ToString("x8", CultureInfo.InvariantCulture),
    };
}
