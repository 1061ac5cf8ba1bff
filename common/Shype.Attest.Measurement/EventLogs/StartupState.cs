namespace Shype.Attest.Measurement.EventLogs;

/// <summary>
/// What a log says of how PCR 0 began (PFP 1.05, 10.4.5.3 and 10.2.2): at locality 0 or 3 after TPM2_Startup, at locality 4 after an H-CRTM. Believed
/// only where it stands before PCR 0 was extended, once, and with a value that exists: elsewhere it would let a log's writer choose the start.
/// </summary>
internal sealed class StartupState(List<LogFinding> findings)
{
    private bool _extended;
    private bool _declared;
    private bool _hcrtm;

    /// <summary>The last byte of PCR 0 before the first extend.</summary>
    public byte Locality { get; private set; }

    public void See(MeasuredEvent measured)
    {
        if (measured.Type == EventType.NoAction && measured.Data.Span.StartsWith(LocalitySignature))
        {
            SeeLocality(measured);
            return;
        }

        if (measured.Pcr.Value != 0 || !measured.IsExtended)
        {
            return;
        }

        if (measured.Type == EventType.EfiHcrtmEvent && measured.Data.Span.SequenceEqual("HCRTM"u8))
        {
            SeeHcrtm(measured);
        }

        _extended = true;
    }

    private void SeeLocality(MeasuredEvent measured)
    {
        var data = measured.Data.Span;
        if (measured.Pcr.Value != 0 || data.Length != LocalitySignature.Length + 1 || data[^1] is not (0 or 3 or 4))
        {
            Add(LogFindingCode.LocalityMalformed, measured, "StartupLocality is not for PCR 0, of 17 bytes, with locality 0, 3 or 4");
        }
        else if (_extended)
        {
            Add(LogFindingCode.LocalityLate, measured, "StartupLocality stands after PCR 0 was extended");
        }
        else if (_declared)
        {
            Add(LogFindingCode.LocalityRepeated, measured, "StartupLocality stands a second time");
        }
        else
        {
            _declared = true;
            Locality = data[^1];
        }
    }

    private void SeeHcrtm(MeasuredEvent measured)
    {
        if (_extended || _hcrtm)
        {
            Add(LogFindingCode.HcrtmMisplaced, measured, "an H-CRTM can only be the first extend of PCR 0");
        }
        else if (_declared && Locality != HcrtmLocality)
        {
            Add(LogFindingCode.HcrtmMisplaced, measured, $"an H-CRTM runs at locality 4, StartupLocality says {Locality}");
        }
        else
        {
            Locality = HcrtmLocality;
        }

        _hcrtm = true;
    }

    private void Add(LogFindingCode code, MeasuredEvent measured, string detail)
    {
        if (findings.Count < MeasurementLimits.MaxFindings)
        {
            findings.Add(new LogFinding(code, measured.Index, measured.Offset, detail));
        }
    }

    internal static ReadOnlySpan<byte> LocalitySignature => "StartupLocality\0"u8;

    private const byte HcrtmLocality = 4;
}
