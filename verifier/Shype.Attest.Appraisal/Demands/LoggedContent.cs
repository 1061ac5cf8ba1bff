using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Demands;

/// <summary>What one record of a log says.</summary>
/// <param name="Record">Its number.</param>
/// <param name="Content">What was measured.</param>
public readonly record struct LoggedContent(ulong Record, MeasurementContent Content);
