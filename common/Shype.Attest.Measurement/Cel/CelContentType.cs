namespace Shype.Attest.Measurement.Cel;

/// <summary>What the content of a canonical event is (CEL 1.0, table 1, and what vendors added). A value read from bytes may be any other number.</summary>
public enum CelContentType : byte
{
    /// <summary>cel: about the log itself.</summary>
    Management = 4,

    /// <summary>pcclient_std: an event of a firmware log.</summary>
    PcClient = 5,

    /// <summary>ima_template: an entry of IMA's list.</summary>
    ImaTemplate = 7,

    /// <summary>ima_tlv: the same with each of its fields apart.</summary>
    ImaTlv = 8,

    /// <summary>systemd's measurements after boot, as libcel numbers them.</summary>
    Systemd = 11,

    /// <summary>Google's Container-Optimized OS: what a container was launched with. Not registered with the TCG.</summary>
    Cos = 80,
}

/// <summary>What kind of register an event was extended into.</summary>
public enum CelRegisterKind : byte
{
    /// <summary>pcr.</summary>
    Pcr = 1,

    /// <summary>nv_index: an NV index of the extending type.</summary>
    NvIndex = 2,

    /// <summary>A measurement register of a confidential VM, as Google numbers it.</summary>
    ConfidentialRegister = 108,
}

/// <summary>A register that events are extended into.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Index">Which one.</param>
public readonly record struct CelRegister(CelRegisterKind Kind, uint Index)
{
    /// <summary>"pcr 11", "nv 0x01c00002", "ccmr 4".</summary>
    public override string ToString() => Kind switch
    {
        CelRegisterKind.Pcr => $"pcr {Index}",
        CelRegisterKind.NvIndex => $"nv 0x{Index:x8}",
        _ => $"ccmr {Index}",
    };
}

/// <summary>How a canonical event log is written down.</summary>
public enum CelFormat
{
    /// <summary>Type, length, value (CEL 1.0, 5.1).</summary>
    Tlv,

    /// <summary>A JSON array (CEL 1.0, 5.2).</summary>
    Json,

    /// <summary>JSON objects one after the other, each behind a record separator (RFC 7464) or on a line of its own: what systemd writes.</summary>
    JsonSequence,

    /// <summary>A CBOR sequence of maps (CEL 1.0, 5.3).</summary>
    Cbor,
}
