namespace Shype.Attest.Cli.Output;

/// <summary>A log that was written in another form, in JSON.</summary>
/// <param name="File">Where it is.</param>
/// <param name="Bytes">How large.</param>
/// <param name="Records">How many records.</param>
public sealed record CelConversionReport(string File, int Bytes, int Records);
