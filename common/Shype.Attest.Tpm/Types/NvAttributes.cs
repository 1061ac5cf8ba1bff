namespace Shype.Attest.Tpm.Types;

/// <summary>TPMA_NV (TPM 2.0 Part 2, 13.4). Bits 4 to 7 are a number, the index's type.</summary>
[Flags]
public enum NvAttributes : uint
{
    /// <summary>None of them; an ordinary index.</summary>
    None = 0,

    /// <summary>TPMA_NV_PPWRITE.</summary>
    PlatformWrite = 0x1,

    /// <summary>TPMA_NV_OWNERWRITE.</summary>
    OwnerWrite = 0x2,

    /// <summary>TPMA_NV_AUTHWRITE.</summary>
    AuthWrite = 0x4,

    /// <summary>TPMA_NV_POLICYWRITE.</summary>
    PolicyWrite = 0x8,

    /// <summary>TPM_NT: all bits of the type.</summary>
    TypeMask = 0xf0,

    /// <summary>TPM_NT_COUNTER.</summary>
    Counter = 0x10,

    /// <summary>TPM_NT_BITS.</summary>
    Bits = 0x20,

    /// <summary>TPM_NT_EXTEND.</summary>
    Extend = 0x40,

    /// <summary>TPM_NT_PIN_FAIL.</summary>
    PinFail = 0x80,

    /// <summary>TPM_NT_PIN_PASS.</summary>
    PinPass = 0x90,

    /// <summary>TPMA_NV_POLICY_DELETE.</summary>
    PolicyDelete = 0x400,

    /// <summary>TPMA_NV_WRITELOCKED.</summary>
    WriteLocked = 0x800,

    /// <summary>TPMA_NV_WRITEALL.</summary>
    WriteAll = 0x1000,

    /// <summary>TPMA_NV_WRITEDEFINE.</summary>
    WriteDefine = 0x2000,

    /// <summary>TPMA_NV_WRITE_STCLEAR.</summary>
    WriteStClear = 0x4000,

    /// <summary>TPMA_NV_GLOBALLOCK.</summary>
    GlobalLock = 0x8000,

    /// <summary>TPMA_NV_PPREAD.</summary>
    PlatformRead = 0x1_0000,

    /// <summary>TPMA_NV_OWNERREAD.</summary>
    OwnerRead = 0x2_0000,

    /// <summary>TPMA_NV_AUTHREAD.</summary>
    AuthRead = 0x4_0000,

    /// <summary>TPMA_NV_POLICYREAD.</summary>
    PolicyRead = 0x8_0000,

    /// <summary>TPMA_NV_NO_DA.</summary>
    NoDa = 0x200_0000,

    /// <summary>TPMA_NV_ORDERLY.</summary>
    Orderly = 0x400_0000,

    /// <summary>TPMA_NV_CLEAR_STCLEAR.</summary>
    ClearStClear = 0x800_0000,

    /// <summary>TPMA_NV_READLOCKED.</summary>
    ReadLocked = 0x1000_0000,

    /// <summary>TPMA_NV_WRITTEN.</summary>
    Written = 0x2000_0000,

    /// <summary>TPMA_NV_PLATFORMCREATE.</summary>
    PlatformCreate = 0x4000_0000,

    /// <summary>TPMA_NV_READ_STCLEAR.</summary>
    ReadStClear = 0x8000_0000,
}
