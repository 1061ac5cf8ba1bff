using System.Globalization;

namespace Shype.Attest.Tpm.Client;

/// <summary>Who is at fault, as a response code tells (TPM 2.0 Part 2, 6.6.2).</summary>
public enum ResponseCulprit
{
    /// <summary>Nobody: success.</summary>
    None,

    /// <summary>The command as a whole, or the state that the TPM is in.</summary>
    Command,

    /// <summary>One handle.</summary>
    Handle,

    /// <summary>One parameter.</summary>
    Parameter,

    /// <summary>One session.</summary>
    Session,

    /// <summary>Nobody for long: the same command may succeed later, or once something was freed.</summary>
    Warning,

    /// <summary>Known to the TPM's maker only.</summary>
    Vendor,

    /// <summary>Not the TPM: software between here and it, such as the kernel's resource manager.</summary>
    Layer,
}

/// <summary>TPM_RC (TPM 2.0 Part 2, 6.6): what a TPM answered, in words.</summary>
/// <param name="Value">The number as it was received.</param>
public readonly record struct ResponseCode(uint Value)
{
    /// <summary>TPM_RC_SUCCESS.</summary>
    public static ResponseCode Success => new(0);

    /// <summary>TPM_RC_INITIALIZE: TPM2_Startup is needed, or was done already.</summary>
    public static ResponseCode Initialize => new(0x100);

    /// <summary>TPM_RC_NV_DEFINED.</summary>
    public static ResponseCode NvDefined => new(0x14c);

    /// <summary>TPM_RC_NV_UNINITIALIZED.</summary>
    public static ResponseCode NvUninitialized => new(0x14a);

    /// <summary>TPM_RC_VALUE, without a culprit.</summary>
    public static ResponseCode ValueOutOfRange => new(0x084);

    /// <summary>TPM_RC_HANDLE, without a culprit.</summary>
    public static ResponseCode HandleUnknown => new(0x08b);

    /// <summary>TPM_RC_AUTH_FAIL, without a culprit.</summary>
    public static ResponseCode AuthFail => new(0x08e);

    /// <summary>TPM_RC_INTEGRITY, without a culprit.</summary>
    public static ResponseCode Integrity => new(0x09f);

    /// <summary>TPM_RC_REFERENCE_H0: a transient object that is not loaded, as the first handle.</summary>
    public static ResponseCode ReferenceHandle0 => new(0x910);

    /// <summary>TPM_RC_LOCKOUT.</summary>
    public static ResponseCode Lockout => new(0x921);

    /// <summary>Whether the command was carried out.</summary>
    public bool IsSuccess => Value == 0;

    /// <summary>The code without the culprit's number: what is compared with the names of the specification.</summary>
    public ResponseCode Base => new(IsFormatOne ? Value & FormatOneError : Value);

    /// <summary>Who is at fault.</summary>
    public ResponseCulprit Culprit => this switch
    {
        { IsSuccess: true } => ResponseCulprit.None,
        { Layer: not 0 } => ResponseCulprit.Layer,
        { IsFormatOne: true } when (Value & ParameterBit) != 0 => ResponseCulprit.Parameter,
        { IsFormatOne: true } when (Value & SessionBit) != 0 => ResponseCulprit.Session,
        { IsFormatOne: true } when (Value & NumberMask) != 0 => ResponseCulprit.Handle,
        { IsFormatOne: true } => ResponseCulprit.Command,
        _ when (Value & VersionTwoBit) != 0 && (Value & VendorBit) != 0 => ResponseCulprit.Vendor,
        _ when (Value & VersionTwoBit) != 0 && (Value & WarningBit) != 0 => ResponseCulprit.Warning,
        _ => ResponseCulprit.Command,
    };

    /// <summary>Which handle, parameter or session, counted from 1; 0 where the code names none.</summary>
    public int Number => Culprit switch
    {
        ResponseCulprit.Parameter => (int)(Value >> NumberShift) & 0xf,
        ResponseCulprit.Handle or ResponseCulprit.Session => (int)(Value >> NumberShift) & 0x7,
        _ => 0,
    };

    /// <summary>Whether the TPM asks for the same command again, a little later: TPM_RC_RETRY, YIELDED, TESTING, NV_RATE.</summary>
    public bool MayRetry => Value is 0x922 or 0x908 or 0x90a or 0x920;

    /// <summary>Its name in the specification, "TPM_RC_VALUE"; the number in hex for one that is not there.</summary>
    public string Name => Known?.Name is { } name ? "TPM_RC_" + name : "0x" + Value.ToString("x3", CultureInfo.InvariantCulture);

    /// <summary>What happened, in one plain sentence without its full stop.</summary>
    public string Meaning => Known?.Meaning ?? Culprit switch
    {
        ResponseCulprit.Vendor => "the TPM's maker gave this code a meaning of its own",
        ResponseCulprit.Layer => "software between here and the TPM refused the command",
        _ => "the specification knows no such code",
    };

    /// <summary>What to do about it, in one plain sentence without its full stop.</summary>
    public string Advice => Known?.Advice ?? "look the number up in the documents of the TPM's maker";

    /// <summary>"TPM_RC_VALUE (0x1c4), parameter 1".</summary>
    public override string ToString()
    {
        var number = $"{Name} (0x{Value.ToString("x3", CultureInfo.InvariantCulture)})";
        return Culprit switch
        {
            ResponseCulprit.Parameter => $"{number}, parameter {Number}",
            ResponseCulprit.Handle => $"{number}, handle {Number}",
            ResponseCulprit.Session => $"{number}, session {Number}",
            ResponseCulprit.Layer => $"{number}, from {(Layer == ResourceManager ? "the kernel's resource manager" : $"software layer {Layer}")}",
            _ => number,
        };
    }

    private ResponseCodeEntry? Known => ResponseCodeCatalogue.Find(Culprit == ResponseCulprit.Layer ? new ResponseCode(Value & LayerCode).Base.Value : Base.Value);

    // Part 2, 6.6.2: bit 7 chooses the format. The upper half belongs to software above the TPM; Linux's resource manager is layer 11.
    private bool IsFormatOne => (Value & FormatOneBit) != 0 && Layer == 0;

    private uint Layer => Value >> 16;

    private const uint FormatOneBit = 0x080;
    private const uint ParameterBit = 0x040;
    private const uint VersionTwoBit = 0x100;
    private const uint VendorBit = 0x400;
    private const uint WarningBit = 0x800;
    private const uint SessionBit = 0x800;
    private const uint NumberMask = 0xf00;
    private const int NumberShift = 8;
    private const uint FormatOneError = 0x0bf;
    private const uint LayerCode = 0xffff;
    private const uint ResourceManager = 11;
}
