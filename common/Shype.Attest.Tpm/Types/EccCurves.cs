namespace Shype.Attest.Tpm.Types;

/// <summary>Sizes of the curves.</summary>
public static class EccCurves
{
    /// <summary>Bytes of a coordinate; 0 for what is not a curve known here.</summary>
    public static int CoordinateBytes(this EccCurve curve) => curve switch
    {
        EccCurve.NistP192 => 24,
        EccCurve.NistP224 => 28,
        EccCurve.NistP256 or EccCurve.BnP256 or EccCurve.Sm2P256 => 32,
        EccCurve.NistP384 => 48,
        EccCurve.NistP521 => 66,
        EccCurve.BnP638 => 80,
        _ => 0,
    };
}
